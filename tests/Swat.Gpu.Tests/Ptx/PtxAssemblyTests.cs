using Swat.Gpu.Backends.Ptx;
using Swat.Gpu.IR;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Ptx;

/// <summary>Every operation on every type and target is text that NVIDIA's assembler takes.</summary>
internal sealed class PtxAssemblyTests
{
    private static readonly IrType[] Numbers = [IrType.Int32, IrType.Int64, IrType.Float32, IrType.Float64];
    private static readonly IrType[] Registers = [.. Numbers, IrType.Float16, IrType.BFloat16];

    [TestCaseSource(typeof(PtxTestTargets), nameof(PtxTestTargets.All))]
    public void Arithmetic_assembles(object target)
    {
        var b = new IrBuilder("arithmetic");
        var (input, output) = (b.View("input"), b.View("output"));
        foreach (var type in Numbers)
        {
            var (x, y, z) = (Load(b, type, input, 0), Load(b, type, input, 1), Load(b, type, input, 2));
            foreach (var op in (Op[])[Op.Add, Op.Subtract, Op.Multiply, Op.Divide, Op.Remainder, Op.Min, Op.Max])
                Store(b, output, b.Emit(op, type, x, y));
            foreach (var op in (Op[])[Op.Negate, Op.Abs])
                Store(b, output, b.Emit(op, type, x));
            if (type.IsInteger())
            {
                foreach (var op in (Op[])[Op.And, Op.Or, Op.Xor, Op.MultiplyHigh])
                    Store(b, output, b.Emit(op, type, x, y));
                foreach (var op in (Op[])[Op.Divide, Op.Remainder, Op.Min, Op.Max, Op.MultiplyHigh])
                    Store(b, output, b.Append(new Instruction(op, type, x, y) { Unsigned = true }));
                Store(b, output, b.Emit(Op.Not, type, x));
                var count = b.Emit(Op.And, IrType.Int32, Load(b, IrType.Int32, input, 3), Constant.Int32(31));
                Store(b, output, b.Emit(Op.ShiftLeft, type, x, count));
                Store(b, output, b.Emit(Op.ShiftRight, type, x, count));
                Store(b, output, b.Append(new Instruction(Op.ShiftRight, type, x, Constant.Int32(3)) { Unsigned = true }));
                foreach (var op in (Op[])[Op.PopCount, Op.LeadingZeros, Op.TrailingZeros])
                    Store(b, output, b.Emit(op, IrType.Int32, x));
            }
            else
            {
                Store(b, output, b.Emit(Op.FusedMultiplyAdd, type, x, y, z));
                foreach (var op in (Op[])[Op.CopySign, Op.Atan2, Op.Pow])
                    Store(b, output, b.Emit(op, type, x, y));
                for (var op = Op.Sqrt; op <= Op.RoundEven; op++)
                {
                    if (op is Op.Atan2 or Op.Pow)
                        continue;
                    Store(b, output, b.Emit(op, type, x));
                    Store(b, output, b.Append(new Instruction(op, type, x) { Approximate = true }));
                }
                Store(b, output, b.Append(new Instruction(Op.Divide, type, x, y) { Approximate = true }));
                Store(b, output, b.Append(new Instruction(Op.Pow, type, x, y) { Approximate = true }));
            }
        }
        Assemble(b, (PtxTarget)target);
    }

    [TestCaseSource(typeof(PtxTestTargets), nameof(PtxTestTargets.All))]
    public void Comparisons_choices_and_conversions_assemble(object target)
    {
        var b = new IrBuilder("conversions");
        var (input, output) = (b.View("input"), b.View("output"));
        foreach (var type in Numbers)
        {
            var (x, y) = (Load(b, type, input, 0), Load(b, type, input, 1));
            foreach (var comparison in Enum.GetValues<Comparison>())
            {
                foreach (var unsigned in type.IsInteger() ? (bool[])[false, true] : [false])
                {
                    var condition = b.Compare(comparison, x, y, unsigned);
                    var other = b.Compare(comparison, y, Constant.Zero(type));
                    Store(b, output, b.Select(condition, x, y));
                    Store(b, output, b.Convert(b.Emit(Op.And, IrType.Bool, condition, b.Emit(Op.Not, IrType.Bool, other)), IrType.Int32));
                    Store(b, output, b.Convert(b.Emit(Op.Or, IrType.Bool, condition, other), IrType.Int64));
                    Store(b, output, b.Convert(b.Emit(Op.Xor, IrType.Bool, condition, Constant.Bool(true)), IrType.Float32));
                    Store(b, output, b.Convert(b.Select(condition, other, Constant.Bool(false)), IrType.Int32));
                    Store(b, output, b.Convert(b.Compare(Comparison.Equal, condition, other), IrType.Int32));
                    Store(b, output, b.Convert(b.Compare(Comparison.NotEqual, condition, Constant.Bool(true)), IrType.Int32));
                }
            }
        }
        foreach (var from in Registers)
        {
            foreach (var to in Registers)
            {
                Store(b, output, b.Convert(Load(b, from, input, 0), to));
                Store(b, output, b.Convert(Load(b, from, input, 0), to, unsigned: true));
            }
        }
        foreach (var (from, to) in (IEnumerable<(IrType, IrType)>)[
            (IrType.Int32, IrType.Float32), (IrType.Int64, IrType.Float64), (IrType.Float16, IrType.Int32), (IrType.BFloat16, IrType.Int32)])
        {
            Store(b, output, b.Bitcast(Load(b, from, input, 0), to));
            Store(b, output, b.Bitcast(Load(b, to, input, 0), from));
        }
        foreach (var width in (int[])[8, 16])
        {
            foreach (var unsigned in (bool[])[false, true])
                Store(b, output, b.Append(new Instruction(Op.Extend, IrType.Int32, Load(b, IrType.Int32, input, 0)) { Immediate = width, Unsigned = unsigned }));
        }
        Assemble(b, (PtxTarget)target);
    }

    [TestCaseSource(typeof(PtxTestTargets), nameof(PtxTestTargets.All))]
    public void Memory_operations_assemble(object target)
    {
        var b = new IrBuilder("memory");
        var (input, output, index) = (b.View("input"), b.View("output"), b.Int32Parameter("index"));
        var (shared, local) = (b.SharedArray(4096), b.LocalArray(256));
        var dynamic = b.Emit(Op.DynamicShared, IrType.SharedPointer);
        Store(b, output, b.Emit(Op.DynamicSharedSize, IrType.Int32));
        foreach (Value pointer in (Value[])[input, shared, local, dynamic])
        {
            foreach (var memory in Enum.GetValues<MemoryType>())
            {
                var value = b.Load(memory, pointer, index);
                b.Store(memory, b.Offset(pointer, Constant.Int32(3), memory.Size()), value);
                b.Store(memory, b.Offset(pointer, b.Convert(index, IrType.Int64), memory.Size()), Constant.Zero(value.Type));
                foreach (var count in (int[])[2, 4, 8])
                {
                    if (count * memory.Size() is < 2 or > 16)
                        continue;
                    var elements = b.LoadVector(memory, count, b.Offset(pointer, index, 16));
                    b.StoreVector(memory, b.Offset(pointer, Constant.Int32(1), 16), elements);
                }
            }
            foreach (var memory in (MemoryType[])[MemoryType.Int32, MemoryType.Int64, MemoryType.Float32, MemoryType.Float64])
            {
                var value = b.Load(memory, pointer, index);
                foreach (var kind in Enum.GetValues<AtomicKind>())
                {
                    if (kind == AtomicKind.CompareExchange)
                        Store(b, output, b.CompareExchange(memory, pointer, value, Constant.Zero(value.Type)));
                    else if (!value.Type.IsFloat() || kind is AtomicKind.Add or AtomicKind.Min or AtomicKind.Max or AtomicKind.Exchange)
                    {
                        Store(b, output, b.Atomic(kind, memory, pointer, value));
                        b.Atomic(kind, memory, pointer, value, unsigned: value.Type.IsInteger());
                    }
                }
            }
        }
        Assemble(b, (PtxTarget)target);
    }

    [TestCaseSource(typeof(PtxTestTargets), nameof(PtxTestTargets.All))]
    public void Cooperation_assembles(object target)
    {
        var b = new IrBuilder("cooperation");
        var (input, output) = (b.View("input"), b.View("output"));
        for (var dimension = 0; dimension < 3; dimension++)
        {
            foreach (var op in (Op[])[Op.ThreadIndex, Op.GroupIndex, Op.GroupSize, Op.GridSize])
                Store(b, output, b.Append(new Instruction(op, IrType.Int32) { Immediate = dimension }));
        }
        var lane = b.Emit(Op.LaneIndex, IrType.Int32);
        foreach (var type in Registers)
        {
            var value = Load(b, type, input, 0);
            foreach (var kind in Enum.GetValues<ShuffleKind>())
            {
                Store(b, output, b.Shuffle(kind, value, Constant.Int32(16)));
                Store(b, output, b.Shuffle(kind, value, Constant.Int32(40)));
                Store(b, output, b.Shuffle(kind, value, b.Add(lane, Constant.Int32(1))));
            }
        }
        var condition = b.Compare(Comparison.Less, lane, Constant.Int32(7));
        Store(b, output, b.Convert(b.Append(new Instruction(Op.Vote, IrType.Bool, condition) { Immediate = 0 }), IrType.Int32));
        Store(b, output, b.Convert(b.Append(new Instruction(Op.Vote, IrType.Bool, condition) { Immediate = 1 }), IrType.Int32));
        Store(b, output, b.Emit(Op.Ballot, IrType.Int32, condition));
        b.Barrier();
        b.Emit(Op.WarpBarrier, IrType.Void);
        for (var scope = 0; scope < 3; scope++)
            b.Append(new Instruction(Op.Fence, IrType.Void) { Immediate = scope });
        Assemble(b, (PtxTarget)target);
    }

    [Test]
    public void A_static_array_over_48_KiB_moves_to_dynamic_shared_memory()
    {
        var b = new IrBuilder("large");
        var output = b.View("output");
        var (first, second) = (b.SharedArray(40 * 1024), b.SharedArray(20 * 1024));
        var dynamic = b.Emit(Op.DynamicShared, IrType.SharedPointer);
        b.Store(MemoryType.Int32, first, Constant.Int32(1));
        b.Store(MemoryType.Int32, second, Constant.Int32(2));
        b.Store(MemoryType.Int32, dynamic, Constant.Int32(3));
        Store(b, output, b.Emit(Op.DynamicSharedSize, IrType.Int32));
        b.Return();
        var kernel = PtxCompiler.Compile(b.Function, PtxTestTargets.Options(PtxTestTargets.Hopper));
        Assert.That(kernel.StaticBytesInDynamicShared, Is.EqualTo(60 * 1024));
        Assert.That(kernel.Text, Does.Contain("dynamic_shared+40960").And.Contain("dynamic_shared+61440"));
        PtxAssembler.Assemble(kernel.Text, "sm_90");
    }

    private static Instruction Load(IrBuilder b, IrType type, Value pointer, int index) =>
        b.Load(MemoryOf(type), b.Offset(pointer, Constant.Int32(index), 8));

    private static void Store(IrBuilder b, Value pointer, Value value) => b.Store(MemoryOf(value.Type), pointer, value);

    private static MemoryType MemoryOf(IrType type) => type switch
    {
        IrType.Int32 => MemoryType.Int32,
        IrType.Int64 => MemoryType.Int64,
        IrType.Float16 => MemoryType.Float16,
        IrType.BFloat16 => MemoryType.BFloat16,
        IrType.Float32 => MemoryType.Float32,
        _ => MemoryType.Float64,
    };

    private static void Assemble(IrBuilder b, PtxTarget target)
    {
        b.Return();
        PtxAssembler.Assemble(PtxCompiler.Compile(b.Function, PtxTestTargets.Options(target)).Text, target.Name(hopperOnly: false));
    }
}
