using Swat.Gpu.Backends.OpenCL;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Backends.OpenCL;

/// <summary>The source that is generated, without a device.</summary>
public class OpenCLSourceTests
{
    private static readonly OpenCLTarget Everything = new();

    [Test]
    public void A_kernel_reads_like_C()
    {
        var b = new IrBuilder("scale");
        var data = b.View("data");
        var factor = b.Float32Parameter("factor");
        var index = b.GlobalIndex();
        b.Store(MemoryType.Float32, data, index, b.Multiply(b.Load(MemoryType.Float32, data, index), factor));
        b.Return();

        var source = OpenCLBackend.Generate(b.Function, Everything);

        Assert.That(source.EntryPoint, Is.EqualTo("scale_kernel"));
        Assert.That(source.Text, Does.EndWith("""
            typedef float float_m MAY_ALIAS;

            __kernel void scale_kernel(__global uchar* p_data, long p_data_offset, float p_factor)
            {
                p_data += p_data_offset;

                int v4 = (uint)(int)get_group_id(0) * (int)get_local_size(0) + (int)get_local_id(0);
                ((__global float_m*)p_data)[v4] = ((__global float_m*)p_data)[v4] * p_factor;
            }

            """));
        Assert.That(source.Arguments, Is.EqualTo(new OpenCLArgument[]
        {
            new(OpenCLArgumentKind.MemoryObject, 0, 8), new(OpenCLArgumentKind.Scalar, 8, 8), new(OpenCLArgumentKind.Scalar, 24, 4),
        }));
    }

    [Test]
    public void The_same_kernel_gives_the_same_text() => Assert.That(Loop().Text, Is.EqualTo(Loop().Text));

    [Test]
    public void Loops_are_structured() =>
        Assert.That(Loop().Text, Does.Contain("for (;;)").And.Contain("break;").And.Not.Contain("goto"));

    [Test]
    public void Dynamic_shared_memory_is_a_pointer_to_vectors()
    {
        var b = new IrBuilder();
        var shared = b.Append(new Instruction(Op.DynamicShared, IrType.SharedPointer));
        b.Store(MemoryType.Int32, shared, b.ThreadIndex());
        b.Return();
        Assert.That(OpenCLBackend.Generate(b.Function, Everything).Text, Does.Contain("__local uint4* dynamic_shared_vectors"));
    }

    [Test]
    public void Extensions_are_named_where_they_are_used()
    {
        Assert.That(Loop().Text, Does.Not.Contain("cl_khr"));
        Assert.That(Atomic(MemoryType.Int32, AtomicKind.Add, Everything).Text, Does.Not.Contain("cl_khr"));
        Assert.That(Atomic(MemoryType.Int64, AtomicKind.Add, Everything).Text,
            Does.Contain("cl_khr_int64_base_atomics : enable").And.Not.Contain("extended").And.Contain("atom_add("));
        Assert.That(Atomic(MemoryType.Int64, AtomicKind.Max, Everything).Text, Does.Contain("cl_khr_int64_extended_atomics : enable").And.Contain("atom_max("));
        Assert.That(Atomic(MemoryType.Float64, AtomicKind.Add, Everything).Text, Does.Contain("cl_khr_fp64 : enable"));
    }

    [Test]
    public void Missing_extended_atomics_are_made_from_compare_and_exchange()
    {
        var text = Atomic(MemoryType.Int64, AtomicKind.Max, new OpenCLTarget(HasInt64ExtendedAtomics: false)).Text;
        Assert.That(text, Does.Not.Contain("extended").And.Contain("swat_atomic_max_long_global(").And.Contain("atom_cmpxchg("));
    }

    [Test]
    public void What_the_device_lacks_is_a_diagnostic()
    {
        AssertRefused(() => Atomic(MemoryType.Int64, AtomicKind.Add, new OpenCLTarget(HasInt64Atomics: false)), "cl_khr_int64_base_atomics");
        AssertRefused(() => Atomic(MemoryType.Float64, AtomicKind.Add, new OpenCLTarget(HasFloat64: false)), "cl_khr_fp64");
    }

    [Test]
    public void Inline_assembly_and_instructions_of_other_targets_are_diagnostics()
    {
        AssertRefused(() => WithInstruction(new Instruction(Op.InlinePtx, IrType.Void) { Data = new InlineAssembly("membar.gl;", []) }), "inline PTX");
        AssertRefused(() => WithInstruction(new Instruction(Op.Intrinsic, IrType.Void) { Data = new TargetIntrinsic("mma.test", [], true) }), "mma.test");
    }

    [Test]
    public void Known_group_sizes_are_told_to_the_compiler()
    {
        var b = new IrBuilder();
        b.Return();
        Assert.That(OpenCLBackend.Generate(b.Function, new OpenCLTarget(GroupSize: (64, 2, 1))).Text, Does.Contain("reqd_work_group_size(64, 2, 1)"));
    }

    [TestCase(0.1f, "0.1f")]
    [TestCase(3f, "3.0f")]
    [TestCase(-0f, "-0.0f")]
    [TestCase(1e-30f, "0x1.4484cp-100f")]
    [TestCase(float.Epsilon, "0x1p-149f")]
    [TestCase(float.MaxValue, "0x1.fffffep127f")]
    [TestCase(float.NegativeInfinity, "-INFINITY")]
    public void Float_literals_are_exact(float value, string text) => Assert.That(Literals.Float(value).Text, Is.EqualTo(text));

    [Test]
    public void The_smallest_integers_have_literals_of_their_own()
    {
        Assert.That(Literals.Integer(int.MinValue).Text, Is.EqualTo("INT_MIN"));
        Assert.That(Literals.Integer(long.MinValue).Text, Is.EqualTo("LONG_MIN"));
    }

    [Test]
    public void Names_do_not_meet_keywords_and_built_in_functions()
    {
        var b = new IrBuilder("kernel");
        var (first, second) = (b.Int32Parameter("half"), b.Int32Parameter("min"));
        var third = b.Int32Parameter("min");
        var view = b.View("a.b");
        b.Store(MemoryType.Int32, view, b.Add(b.Add(first, second), third));
        b.Return();
        Assert.That(OpenCLBackend.Generate(b.Function, Everything).Text,
            Does.Contain("void kernel_kernel(int p_half, int p_min, int p_min_2, __global uchar* p_a_b, long p_a_b_offset)"));
    }

    [Test]
    public void Parallel_copies_swap_through_one_temporary()
    {
        var copy = new ParallelCopy();
        copy.Add("int", "a", "b", new HashSet<string> { "b" });
        copy.Add("int", "b", "a + c", new HashSet<string> { "a", "c" });
        copy.Add("int", "c", "1", new HashSet<string>());
        Assert.That(copy.Statements(), Is.EqualTo(new[] { "int next_a = b;", "b = a + c;", "a = next_a;", "c = 1;" }));
    }

    [Test]
    public void Warp_operations_in_divergent_code_bring_the_group_along()
    {
        var b = new IrBuilder();
        var data = b.View("data");
        var thread = b.ThreadIndex();
        b.If(b.Compare(Comparison.Less, thread, Constant.Int32(32)), () =>
            b.Store(MemoryType.Int32, data, thread, b.Shuffle(ShuffleKind.Xor, thread, Constant.Int32(1))));
        b.Return();
        Assert.That(OpenCLBackend.Generate(b.Function, Everything).Text, Does.Contain("next_block"));
    }

    [Test]
    public void Warp_operations_in_uniform_code_need_no_detour()
    {
        var b = new IrBuilder();
        var data = b.View("data");
        var thread = b.ThreadIndex();
        b.Store(MemoryType.Int32, data, thread, b.Shuffle(ShuffleKind.Xor, thread, Constant.Int32(1)));
        b.Return();
        Assert.That(OpenCLBackend.Generate(b.Function, Everything).Text, Does.Not.Contain("next_block").And.Contain("warp_scratch"));
    }

    [Test]
    public void Compilers_that_take_inline_PTX_shuffle_by_it()
    {
        var b = new IrBuilder();
        var data = b.View("data");
        var thread = b.ThreadIndex();
        b.Store(MemoryType.Int32, data, thread, b.Shuffle(ShuffleKind.Xor, thread, Constant.Int32(1)));
        b.Return();
        Assert.That(OpenCLBackend.Generate(b.Function, new OpenCLTarget(Warp: OpenCLWarpSupport.InlinePtx)).Text,
            Does.Contain("shfl.sync.idx.b32").And.Not.Contain("warp_scratch"));
    }

    private static OpenCLSource Loop()
    {
        var b = new IrBuilder();
        var data = b.View("data");
        var n = b.Int32Parameter("n");
        var sum = b.For(Constant.Int32(0), n, Constant.Int32(1), [Constant.Int32(0)], (i, state) => [b.Add(state[0], b.Load(MemoryType.Int32, data, i))]);
        b.Store(MemoryType.Int32, data, sum[0]);
        b.Return();
        return OpenCLBackend.Generate(b.Function, Everything);
    }

    private static OpenCLSource Atomic(MemoryType memory, AtomicKind kind, OpenCLTarget target)
    {
        var b = new IrBuilder();
        var data = b.View("data");
        b.Atomic(kind, memory, data, Constant.Zero(memory.RegisterType()));
        b.Return();
        return OpenCLBackend.Generate(b.Function, target);
    }

    private static OpenCLSource WithInstruction(Instruction instruction)
    {
        var b = new IrBuilder();
        b.Append(instruction);
        b.Return();
        return OpenCLBackend.Generate(b.Function, Everything);
    }

    private static void AssertRefused(Func<OpenCLSource> generate, string what) =>
        Assert.That(() => generate(), Throws.TypeOf<KernelCompilationException>()
            .With.Property("Id").EqualTo("SWAT0014").And.Message.Contain(what));
}
