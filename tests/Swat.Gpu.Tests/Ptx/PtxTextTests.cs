using Swat.Gpu.Backends.Ptx;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Ptx;

/// <summary>Pieces of the text that other parts, and readers, rely on.</summary>
internal sealed class PtxTextTests
{
    [Test]
    public void A_kernel_reads_its_arguments_where_the_launch_puts_them()
    {
        var b = new IrBuilder("Kernels.Scale<float>");
        var (values, factor) = (b.View("values"), b.Parameter(IrType.Float32, MemoryType.Float32, "factor"));
        b.Store(MemoryType.Float32, values, b.Multiply(b.Load(MemoryType.Float32, values), factor));
        var kernel = Compile(b);
        Assert.That(kernel.EntryName, Is.EqualTo("Kernels_Scale_float_"));
        Assert.That(kernel.ArgumentBytes, Is.EqualTo(28));
        Assert.That(kernel.Text, Does.StartWith("// Kernels.Scale<float>\n.version 8.4\n.target sm_90\n.address_size 64\n")
            .And.Contain("[Kernels_Scale_float__arguments+24]; // factor"));
    }

    [Test]
    public void Constant_offsets_fold_into_addresses()
    {
        var b = new IrBuilder();
        var values = b.View("values");
        var inner = b.Offset(values, Constant.Int32(3), 4);
        b.Store(MemoryType.Float32, b.Offset(inner, Constant.Int64(-1), 4), Constant.Float32(1));
        Assert.That(Compile(b).Text, Does.Contain("st.global.f32 [%rd1+8], 0f3F800000;"));
    }

    [Test]
    public void Phis_that_swap_are_moved_at_once()
    {
        // for (i = 0; i < n; i++) (x, y) = (y, x);
        var b = new IrBuilder();
        var (values, n) = (b.View("values"), b.Int32Parameter("n"));
        var state = b.For(Constant.Int32(0), n, Constant.Int32(1), [Constant.Int32(1), Constant.Int32(2)], (_, s) => [s[1], s[0]]);
        b.Store(MemoryType.Int32, values, b.Subtract(state[0], state[1]));
        var text = Compile(b).Text;
        // One of the two must be saved before it is overwritten: three moves for the two, and one for the counter.
        var loop = text[text.LastIndexOf("add.s32", StringComparison.Ordinal)..text.IndexOf("$L_b3:", StringComparison.Ordinal)];
        Assert.That(loop.Split('\n').Count(l => l.Contains("mov.b32", StringComparison.Ordinal)), Is.EqualTo(4), text);
    }

    [Test]
    public void A_result_that_nobody_reads_makes_an_atomic_a_reduction()
    {
        var b = new IrBuilder();
        var values = b.View("values");
        b.Atomic(AtomicKind.Add, MemoryType.Float32, values, Constant.Float32(1));
        Assert.That(Compile(b).Text, Does.Contain("red.global.add.f32").And.Not.Contain("atom."));
    }

    [Test]
    public void A_known_group_size_is_required()
    {
        var b = new IrBuilder();
        b.Return();
        var kernel = PtxCompiler.Compile(b.Function, new PtxOptions(PtxTestTargets.Hopper) { GroupSize = (64, 2, 1), MinGroupsPerMultiprocessor = 3 });
        Assert.That(kernel.Text, Does.Contain(".reqntid 64, 2, 1\n.minnctapersm 3\n"));
    }

    [Test]
    public void Inline_assembly_gets_its_operands()
    {
        var b = new IrBuilder();
        var values = b.View("values");
        var loaded = b.Load(MemoryType.Int32, values);
        var assembly = b.Append(new Instruction(Op.InlinePtx, IrType.Void, loaded, Constant.Int32(7))
        {
            Data = new InlineAssembly("{ .reg .b32 t; mov.u32 t, %%laneid; add.s32 %0, %1, t; add.s32 %0, %0, %2; }",
                [new(IrType.Int32, -1, 0), new(IrType.Int32, 0, -1), new(IrType.Int32, 1, -1)]),
        });
        b.Store(MemoryType.Int32, values, b.Extract(assembly, IrType.Int32, 0));
        var kernel = Compile(b);
        Assert.That(kernel.Text, Does.Contain("mov.u32 t, %laneid;"));
        PtxAssembler.Assemble(kernel.Text, "sm_90");
    }

    [Test]
    public void Accumulators_of_wgmma_stay_in_their_registers()
    {
        var method = ((Action<ArrayView<long>, ArrayView<long>, ArrayView<float>>)Intrinsics.HopperTests.Multiply).Method;
        var function = KernelCompiler.Compile(method, new CompileOptions { Target = CompileTarget.Cuda, CudaArchitecture = 90 });
        var kernel = PtxCompiler.Compile(function, PtxTestTargets.Options(PtxTestTargets.Hopper));
        var start = kernel.Text.IndexOf("wgmma.mma_async", StringComparison.Ordinal);
        var products = kernel.Text[start..kernel.Text.IndexOf("wgmma.commit", StringComparison.Ordinal)];
        Assert.That(products, Does.Not.Contain("mov.f32"));
        Assert.That(kernel.Text, Does.Contain(".target sm_90a"));
        Assert.That(kernel.LocalBytes, Is.Zero);
        Assert.That(PtxAssembler.Assemble(kernel.Text, "sm_90a"), Does.Not.Contain("serialized"));
    }

    [Test]
    public void Older_devices_multiply_matrices_by_shuffles()
    {
        var method = ((Action<ArrayView<BFloat16>, ArrayView<BFloat16>, ArrayView<float>>)Intrinsics.TensorCoreTests.MultiplyBFloat16).Method;
        var function = KernelCompiler.Compile(method, new CompileOptions { Target = CompileTarget.Cuda, CudaArchitecture = 75 });
        var kernel = PtxCompiler.Compile(function, PtxTestTargets.Options(PtxTestTargets.Turing));
        Assert.That(kernel.Text, Does.Contain("shfl.sync").And.Not.Contain("mma.sync"));
        PtxAssembler.Assemble(kernel.Text, "sm_75");
    }

    [Test]
    public void An_instruction_that_the_device_lacks_is_named()
    {
        var method = ((Action<ArrayView<long>, ArrayView<long>, ArrayView<float>>)Intrinsics.HopperTests.Multiply).Method;
        var function = KernelCompiler.Compile(method, new CompileOptions { Target = CompileTarget.Cuda, CudaArchitecture = 80 });
        Assert.That(() => PtxCompiler.Compile(function, PtxTestTargets.Options(PtxTestTargets.Ampere)),
            Throws.TypeOf<KernelCompilationException>().With.Property("Id").EqualTo("SWAT0014")
                .And.Message.Contains("compute capability 9.0").And.Message.Contains("sm_80"));
    }

    private static PtxKernel Compile(IrBuilder b)
    {
        b.Return();
        return PtxCompiler.Compile(b.Function, PtxTestTargets.Options(PtxTestTargets.Hopper));
    }
}
