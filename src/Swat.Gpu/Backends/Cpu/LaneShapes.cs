using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// The divergence analysis: finds the <see cref="LaneShape"/> of every value, the branches at which the lanes of a vector part, and
/// what that makes of phis and of values that leave loops. Starts from the assumption that all lanes agree and takes back what does
/// not hold. A snapshot of a numbered function.
/// </summary>
internal sealed class LaneShapes
{
    private readonly KernelFunction function;
    private readonly CpuLaunchShape launch;
    private readonly int localStride;
    private readonly LoopForest loops;
    private readonly Dictionary<Instruction, LaneShape> shapes = [];
    private readonly HashSet<BasicBlock> joins = [];
    private readonly HashSet<BasicBlock> divergentBranches = [];
    private readonly HashSet<Loop> divergentLoops = [];
    private readonly HashSet<BasicBlock> partial = [];

    /// <param name="function">The kernel.</param>
    /// <param name="loops">Its loops.</param>
    /// <param name="launch">How work items are dealt to lanes.</param>
    /// <param name="localStride">
    /// Bytes between neighbouring lanes' local memory, 0 where it is interleaved by element; see <see cref="LocalMemoryLayout"/>.
    /// </param>
    public LaneShapes(KernelFunction function, LoopForest loops, CpuLaunchShape launch, int localStride)
    {
        this.function = function;
        this.loops = loops;
        this.launch = launch;
        this.localStride = localStride;
        if (launch.Lanes > 1)
            Iterate();
    }

    public LaneShape Of(Value value) => value switch
    {
        Constant c => c.Type.IsFloat() || c.Type is IrType.Bool ? LaneShape.Uniform : LaneShape.Constant(c.Bits),
        Instruction i when launch.Lanes > 1 => shapes.GetValueOrDefault(i, LaneShape.Uniform),
        _ => LaneShape.Uniform,
    };

    /// <summary>The shape as the block sees it: a vector if lanes leave a loop around the value's definition at different times.</summary>
    public LaneShape At(Value value, BasicBlock user) => IsCaptured(value, user) ? LaneShape.Vector : Of(value);

    /// <summary>The value comes from a loop that lanes leave at different times, and is used behind it.</summary>
    public bool IsCaptured(Value value, BasicBlock user)
    {
        if (divergentLoops.Count == 0 || value is not Instruction { Block: { } block })
            return false;
        for (var loop = loops.Of(block); loop is not null && !loop.Contains(user); loop = loop.Parent)
        {
            if (divergentLoops.Contains(loop))
                return true;
        }
        return false;
    }

    /// <summary>Lanes may part at the block's branch.</summary>
    public bool IsDivergent(BasicBlock branch) => divergentBranches.Contains(branch);

    /// <summary>Some lanes may reach the block, or a round of its loop, without the others.</summary>
    public bool IsPartial(BasicBlock block) => partial.Contains(block);

    private void Iterate()
    {
        var influences = new BranchInfluences(function, loops);
        var changed = true;
        while (changed)
        {
            changed = false;
            foreach (var block in function.Blocks)
            {
                foreach (var i in block.Instructions)
                {
                    if (Compute(i) is not { } shape || (shapes.TryGetValue(i, out var before) && before == shape))
                        continue;
                    shapes[i] = shape;
                    changed = true;
                }
                if (block.Terminator is not { IsBranch: true, Condition: { } condition } || !At(condition, block).IsVector
                    || !divergentBranches.Add(block))
                {
                    continue;
                }
                var influence = influences.Of(block);
                joins.UnionWith(influence.Joins);
                divergentLoops.UnionWith(influence.Loops);
                partial.UnionWith(influence.Region);
                foreach (var loop in influence.Loops)
                    partial.UnionWith(loop.Blocks);
                changed = true;
            }
        }
    }

    /// <summary>The shape by what is known so far; null while operands are unknown.</summary>
    private LaneShape? Compute(Instruction i)
    {
        if (i.Op == Op.Phi)
            return Phi(i);
        var operands = new LaneShape[i.Operands.Length];
        for (var k = 0; k < operands.Length; k++)
        {
            var operand = i.Operands[k];
            if (operand is Instruction o && !shapes.ContainsKey(o))
                return null;
            operands[k] = At(operand, i.Block!);
        }
        return Normalize(i.Type, Transfer(i, operands));
    }

    private LaneShape? Phi(Instruction i)
    {
        if (joins.Contains(i.Block!))
            return LaneShape.Vector;
        LaneShape? result = null;
        for (var k = 0; k < i.Operands.Length; k++)
        {
            var operand = i.Operands[k];
            if (operand is Instruction o && !shapes.ContainsKey(o))
                continue;
            var shape = At(operand, i.Block!.Predecessors[k]);

            // The edge may leave a loop itself, with this round's value for the lanes that leave now.
            if (shape.IsVector || IsCaptured(operand, i.Block!) || (result is { } r && r.Stride != shape.Stride))
                return LaneShape.Vector;
            result = LaneShape.Scalar(shape.Stride, Math.Min(result?.Align ?? LaneShape.LargestAlign, shape.Align));
        }

        // Alignment only ever falls, so that the iteration ends.
        if (result is { } found && shapes.TryGetValue(i, out var before))
            result = before.IsVector ? before : found with { Align = Math.Min(found.Align, before.Align) };
        return result is { } known ? Normalize(i.Type, known) : null;
    }

    private static LaneShape Normalize(IrType type, LaneShape shape)
    {
        if (type != IrType.Int32 || shape.IsVector || (shape.Min >= int.MinValue && shape.Max <= int.MaxValue))
            return shape;
        return shape with { Min = int.MinValue, Max = int.MaxValue };
    }

    private static bool IsBounded(LaneShape shape) => shape.Min > int.MinValue || shape.Max < int.MaxValue;

    private LaneShape Transfer(Instruction i, LaneShape[] x)
    {
        switch (i.Op)
        {
            case Op.ThreadIndex:
                return Thread(i.Immediate);
            case Op.LaneIndex:
                return LaneShape.Range(1, launch.Lanes, 0, CpuCompiler.WarpSize - 1);
            case Op.GroupIndex:
                return LaneShape.Range(0, 1, 0, (int.MaxValue / launch.Size(i.Immediate)) - 1);
            case Op.GridSize:
                return LaneShape.Range(0, 1, 1, int.MaxValue);
            case Op.GroupSize:
                return LaneShape.Constant(launch.Size(i.Immediate));
            case Op.LocalArray:
                return LaneShape.Scalar(localStride, 16);
            case Op.AtomicOp or Op.ShuffleOp or Op.InlinePtx or Op.Intrinsic:
                return LaneShape.Vector;
            case Op.Vote or Op.Ballot:
                return LaneShape.Uniform;
            case Op.Load or Op.LoadVector:
                return x[0].IsUniform && i.Operands[0].Type != IrType.LocalPointer ? Loaded(i) : LaneShape.Vector;
            case Op.Extract:
                return x[0];
            case Op.Add or Op.Subtract or Op.Multiply or Op.Negate or Op.ShiftLeft or Op.ShiftRight or Op.Divide or Op.Remainder or Op.And
                when i.Type.IsInteger():
                return Integer(i, x);
            case Op.Offset:
                return Offset(i, x);
            case Op.Convert when i.Type.IsInteger() && i.Operands[0].Type.IsInteger():
                return ConvertInteger(i, x[0]);
            case Op.Select when x[0].IsUniform && !x[1].IsVector && !x[2].IsVector && x[1].Stride == x[2].Stride:
                return LaneShape.Range(x[1].Stride, Math.Min(x[1].Align, x[2].Align), Math.Min(x[1].Min, x[2].Min), Math.Max(x[1].Max, x[2].Max));
            case Op.Min or Op.Max when i.Type.IsInteger() && x.All(s => s.IsUniform):
                return LaneShape.Range(0, 1, Math.Min(x[0].Min, x[1].Min), Math.Max(x[0].Max, x[1].Max));
            default:
                return x.All(s => s.IsUniform) ? LaneShape.Uniform : LaneShape.Vector;
        }
    }

    private static LaneShape Loaded(Instruction i) => i.Op == Op.LoadVector ? LaneShape.Uniform : i.Memory switch
    {
        MemoryType.UInt8 => LaneShape.Range(0, 1, 0, byte.MaxValue),
        MemoryType.UInt16 => LaneShape.Range(0, 1, 0, ushort.MaxValue),
        _ => LaneShape.Uniform,
    };

    private LaneShape Thread(long dimension)
    {
        var size = launch.Size(dimension);
        if (!launch.RowsAreWhole)
            return size == 1 ? LaneShape.Constant(0) : LaneShape.Vector;
        return dimension == 0 ? LaneShape.Range(1, launch.Lanes, 0, size - 1) : LaneShape.Range(0, 1, 0, size - 1);
    }

    private LaneShape Integer(Instruction i, LaneShape[] x)
    {
        if (x.Any(s => s.IsVector))
            return LaneShape.Vector;
        var (a, b) = (x[0], x.Length > 1 ? x[1] : LaneShape.Constant(0));
        var align = Math.Min(a.Align, b.Align);
        switch (i.Op)
        {
            case Op.Add:
                return Bounded(a.Stride + b.Stride, align, (Int128)a.Min + b.Min, (Int128)a.Max + b.Max);
            case Op.Subtract:
                return Bounded(a.Stride - b.Stride, align, (Int128)a.Min - b.Max, (Int128)a.Max - b.Min);
            case Op.Negate:
                return Bounded(-a.Stride, a.Align, -(Int128)a.Max, -(Int128)a.Min);
            case Op.Multiply:
                return Product(a, b);
            case Op.ShiftLeft when b.IsUniform && b.Min == b.Max:
                return Product(a, LaneShape.Constant(1L << (int)b.Min));
        }
        if (a.IsUniform && b.IsUniform)
            return UniformInteger(i, a, b);
        if (!b.IsUniform || b.Min != b.Max || a.Min < 0 || a.Stride < 0)
            return LaneShape.Vector;
        return ByConstant(i.Op, a, b.Min);
    }

    private static LaneShape UniformInteger(Instruction i, LaneShape a, LaneShape b)
    {
        if (i.Op == Op.And && (a.Min >= 0 || b.Min >= 0))
            return LaneShape.Range(0, Math.Max(a.Align, b.Align), 0, Math.Min(a.Min >= 0 ? a.Max : long.MaxValue, b.Min >= 0 ? b.Max : long.MaxValue));
        if (a.Min < 0 || b.Min != b.Max || b.Min <= 0)
            return LaneShape.Uniform;
        return i.Op switch
        {
            Op.Divide => LaneShape.Range(0, 1, a.Min / b.Min, a.Max / b.Min),
            Op.Remainder => LaneShape.Range(0, LaneShape.AlignOf(b.Min) is var p && p == b.Min ? Math.Min(a.Align, p) : 1, 0, b.Min - 1),
            Op.ShiftRight => LaneShape.Range(0, 1, a.Min >> (int)b.Min, a.Max >> (int)b.Min),
            _ => LaneShape.Uniform,
        };
    }

    /// <summary>
    /// A value that steps evenly from lane to lane, not negative, divided, reduced or masked by a constant. With a power of two as
    /// divisor the lanes stay in one interval of its multiples if lane 0 is aligned well enough.
    /// </summary>
    private LaneShape ByConstant(Op op, LaneShape a, long constant)
    {
        var span = a.Stride * (launch.Lanes - 1);
        var divisor = op switch
        {
            Op.ShiftRight => 1L << (int)constant,
            Op.And => constant < 0 ? -constant : constant + 1,
            _ => constant,
        };
        if (divisor <= 0 || LaneShape.AlignOf(divisor) != divisor)
            return LaneShape.Vector;
        var together = span < Math.Min(a.Align, divisor);
        if (op is Op.Divide or Op.ShiftRight)
        {
            if (together)
                return LaneShape.Range(0, Math.Max(1, a.Align / divisor), a.Min / divisor, a.Max / divisor);
            return a.Stride % divisor == 0 && a.Align % divisor == 0
                ? LaneShape.Range(a.Stride / divisor, a.Align / divisor, a.Min / divisor, a.Max / divisor)
                : LaneShape.Vector;
        }
        if (op == Op.And && constant < 0)
            return together ? LaneShape.Range(0, Math.Max(a.Align, divisor), a.Min / divisor * divisor, a.Max) : LaneShape.Vector;
        return together
            ? LaneShape.Range(a.Stride, Math.Min(a.Align, divisor), 0, divisor - 1)
            : LaneShape.Vector;
    }

    private static LaneShape Product(LaneShape a, LaneShape b)
    {
        if (!a.IsUniform && !b.IsUniform)
            return LaneShape.Vector;
        if (a.IsUniform)
            (a, b) = (b, a);
        if (!a.IsUniform && b.Min != b.Max)
            return LaneShape.Vector;
        var factor = b.Min == b.Max ? b.Min : 0;
        Int128[] corners = [(Int128)a.Min * b.Min, (Int128)a.Min * b.Max, (Int128)a.Max * b.Min, (Int128)a.Max * b.Max];
        return Bounded(a.Stride * factor, (long)Int128.Min((Int128)a.Align * b.Align, LaneShape.LargestAlign), corners.Min(), corners.Max());
    }

    private static LaneShape Bounded(long stride, long align, Int128 min, Int128 max) =>
        min < long.MinValue || max > long.MaxValue
            ? LaneShape.Scalar(stride, align)
            : LaneShape.Range(stride, align, (long)min, (long)max);

    private LaneShape Offset(Instruction i, LaneShape[] x)
    {
        if (x.Any(s => s.IsVector))
            return LaneShape.Vector;
        var scale = i.Immediate * (i.Type == IrType.LocalPointer && localStride == 0 ? launch.Lanes : 1);
        return LaneShape.Scalar(x[0].Stride + (x[1].Stride * scale));
    }

    private static LaneShape ConvertInteger(Instruction i, LaneShape a)
    {
        if (a.IsUniform && i.Type == IrType.Int64)
            return i.Unsigned && a.Min < 0 ? LaneShape.Range(0, 1, 0, uint.MaxValue) : a;
        if (a.IsVector)
            return a;
        if (i.Type == IrType.Int32 || i.Operands[0].Type == IrType.Int64)
            return a;

        // Widening keeps an even step only where no lane wraps, which bounds prove.
        return IsBounded(a) && (!i.Unsigned || a.Min >= 0) ? a : LaneShape.Vector;
    }
}
