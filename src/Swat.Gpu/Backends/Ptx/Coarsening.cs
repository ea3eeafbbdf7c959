using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

/// <summary>
/// Lets a work item of an implicitly grouped kernel do the work of several: a memory-bound kernel that loads 4 bytes a work item has too
/// few of them on their way, even with all work items resident, to keep the memory busy. Work items are independent of each other, so
/// that their instructions may interleave, all their loads before the first store.
/// </summary>
internal sealed class Coarsening
{
    private const int LargestBody = 64;

    private readonly KernelFunction source;
    private readonly Instruction index;
    private readonly Parameter extent;
    private readonly List<Instruction> shared = [];
    private readonly List<Instruction> body = [];

    private Coarsening(KernelFunction source, Instruction index, Parameter extent)
    {
        this.source = source;
        this.index = index;
        this.extent = extent;
    }

    /// <summary>
    /// A copy of the kernel whose work items each do <paramref name="factor"/> indices, a group's size apart, for a launch with that many
    /// times fewer groups; null if the kernel is no straight line of code on a one-dimensional index, or has nothing to gain.
    /// </summary>
    public static KernelFunction? TryApply(KernelFunction kernel, out int factor)
    {
        kernel.Number();
        factor = FactorOf(kernel);
        if (factor == 1 || Match(kernel) is not { } coarsening)
            return null;
        return coarsening.Build(factor);
    }

    /// <summary>So many indices that the work item loads 16 bytes by its narrowest load.</summary>
    private static int FactorOf(KernelFunction kernel)
    {
        var narrowest = int.MaxValue;
        foreach (var i in kernel.Instructions)
        {
            if (i.Op is Op.Load or Op.LoadVector && i.Operands[0].Type == IrType.GlobalPointer)
                narrowest = Math.Min(narrowest, i.Memory.Size() * (i.Op == Op.LoadVector ? (int)i.Immediate : 1));
        }
        return narrowest switch { <= 4 => 4, 8 => 2, _ => 1 };
    }

    private static Coarsening? Match(KernelFunction kernel)
    {
        // Entry: if (index < extent) body; return.
        if (kernel.Blocks.Count != 3 || kernel.Entry.Terminator is not { IsBranch: true, Condition: Instruction condition } guard)
            return null;
        var (inside, after) = (guard.Targets[0], guard.Targets[1]);
        var endsThere = inside.Terminator!.IsReturn || inside.Successors is [var next] && next == after;
        if (!endsThere || !after.Terminator!.IsReturn || after.Instructions.Count > 0 || inside.Predecessors.Count != 1 || inside.Phis.Any())
            return null;
        if (condition is not { Op: Op.Compare, Comparison: Comparison.Less, Unsigned: true }
            || condition.Operands is not [Instruction index, Parameter { Type: IrType.Int32 } extent] || !IsGlobalIndex(index))
        {
            return null;
        }
        var result = new Coarsening(kernel, index, extent);
        return result.Collect(condition, inside) ? result : null;
    }

    private static bool IsGlobalIndex(Instruction i) => i is { Op: Op.Add, Type: IrType.Int32 }
        && i.Operands.Any(o => o is Instruction { Op: Op.ThreadIndex, Immediate: 0 })
        && i.Operands.Any(o => o is Instruction { Op: Op.Multiply } product
            && product.Operands.Any(p => p is Instruction { Op: Op.GroupIndex, Immediate: 0 })
            && product.Operands.Any(p => p is Instruction { Op: Op.GroupSize, Immediate: 0 }));

    /// <summary>Sorts the instructions into those that all indices share and those of one; false if something forbids it.</summary>
    private bool Collect(Instruction condition, BasicBlock inside)
    {
        var varying = new HashSet<Value>(ReferenceEqualityComparer.Instance) { index };
        var positions = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        foreach (var i in source.Entry.Instructions.Concat(inside.Instructions))
        {
            var isInside = i.Block == inside;
            if (i == index || i == condition)
                continue;
            switch (i.Op)
            {
                case Op.ThreadIndex or Op.GroupIndex or Op.GroupSize:
                    positions.Add(i);
                    continue;
                case Op.Multiply when i.Operands.Any(positions.Contains):
                    // The part of the index; any other use of the position shows as an operand below.
                    positions.Add(i);
                    continue;
                case Op.Load or Op.Store or Op.LoadVector or Op.StoreVector or Op.AtomicOp or Op.Extract when isInside || i.Op == Op.Extract:
                    break;
                case Op.Intrinsic when !i.HasSideEffects && isInside:
                    break;
                default:
                    if (!i.IsPure || i.Op is Op.GridSize or Op.LaneIndex)
                        return false;
                    break;
            }
            if (i.Operands.Any(positions.Contains))
                return false;
            if (!isInside && !i.Operands.Any(varying.Contains))
                shared.Add(i);
            else
            {
                varying.Add(i);
                body.Add(i);
            }
        }
        return body.Count <= LargestBody;
    }

    private KernelFunction Build(int factor)
    {
        var kernel = new KernelFunction(source.Name + "_by_" + factor);
        kernel.Parameters.AddRange(source.Parameters);
        var (entry, whole, part, check, one, step, end) = (New(), New(), New(), New(), New(), New(), New());
        var common = new Dictionary<Value, Value>(ReferenceEqualityComparer.Instance);
        foreach (var i in shared)
            common[i] = entry.Append(Copy(i, common));

        Instruction Emit(BasicBlock block, Op op, params Value[] operands) => block.Append(new Instruction(op, IrType.Int32, operands));
        Instruction InRange(BasicBlock block, Value at) =>
            block.Append(new Instruction(Op.Compare, IrType.Bool, at, extent) { Comparison = Comparison.Less, Unsigned = true });

        var groupSize = Emit(entry, Op.GroupSize);
        var firstOfGroup = Emit(entry, Op.Multiply, Emit(entry, Op.Multiply, Emit(entry, Op.GroupIndex), groupSize), Constant.Int32(factor));
        var indices = new Value[factor];
        indices[0] = Emit(entry, Op.Add, firstOfGroup, Emit(entry, Op.ThreadIndex));
        for (var k = 1; k < factor; k++)
            indices[k] = Emit(entry, Op.Add, indices[k - 1], groupSize);
        KernelFunction.Terminate(entry, Terminator.Branch(InRange(entry, indices[^1]), whole, part));

        // All indices exist: side by side.
        var copies = indices.Select(at => new Dictionary<Value, Value>(common, ReferenceEqualityComparer.Instance) { [index] = at }).ToArray();
        foreach (var i in body)
        {
            foreach (var copy in copies)
                copy[i] = whole.Append(Copy(i, copy));
        }
        KernelFunction.Terminate(whole, Terminator.Jump(end));

        // At the end of the range: one after the other.
        KernelFunction.Terminate(part, Terminator.Jump(check));
        var current = check.AppendPhi(new Instruction(Op.Phi, IrType.Int32));
        KernelFunction.Terminate(check, Terminator.Branch(InRange(check, current), one, end));
        var single = new Dictionary<Value, Value>(common, ReferenceEqualityComparer.Instance) { [index] = current };
        foreach (var i in body)
            single[i] = one.Append(Copy(i, single));
        KernelFunction.Terminate(one, Terminator.Jump(step));
        var following = Emit(step, Op.Add, current, groupSize);
        var isMore = step.Append(new Instruction(Op.Compare, IrType.Bool, current, indices[^1]) { Comparison = Comparison.Less, Unsigned = true });
        KernelFunction.Terminate(step, Terminator.Branch(isMore, check, end));
        current.Operands = [.. check.Predecessors.Select(p => p == part ? indices[0] : following)];
        KernelFunction.Terminate(end, Terminator.Return());
        kernel.Number();
        return kernel;

        BasicBlock New()
        {
            var block = new BasicBlock();
            kernel.Blocks.Add(block);
            return block;
        }
    }

    private static Instruction Copy(Instruction instruction, Dictionary<Value, Value> map) =>
        instruction.With([.. instruction.Operands.Select(o => map.GetValueOrDefault(o, o))]);
}
