using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Simplifies the graph of blocks: decides branches on constants, merges a block with its only successor, bypasses empty blocks
/// and turns small diamonds without side effects into <see cref="Op.Select"/>. Relies on reducible control flow and keeps it; an empty
/// block before a loop header stays as the loop's preheader, and one that collects several back edges stays as its latch.
/// </summary>
internal sealed class ControlFlow
{
    /// <summary>Both sides of a branch together may have this many instructions to be computed unconditionally.</summary>
    private const int SpeculationLimit = 8;

    private const int SelectLimit = 4;

    private readonly KernelFunction function;
    private readonly Dictionary<Value, Value> replaced = new(ReferenceEqualityComparer.Instance);
    private bool changed;

    private ControlFlow(KernelFunction function) => this.function = function;

    public static bool Run(KernelFunction function)
    {
        var any = false;
        while (true)
        {
            var pass = new ControlFlow(function);
            pass.RunOnce();
            if (!pass.changed)
                return any;
            any = true;
        }
    }

    private void RunOnce()
    {
        foreach (var block in function.Blocks)
            DecideBranch(block);
        function.Number();
        foreach (var block in function.Blocks)
        {
            if (block.Terminator is null)
                continue;
            MergeSuccessors(block);
            if (IfConversion(block))
                MergeSuccessors(block);
        }
        function.Number();
        foreach (var block in function.Blocks)
            BypassEmpty(block);
        function.Number();
        function.Substitute(replaced);
    }

    private void DecideBranch(BasicBlock block)
    {
        if (block.Terminator is not { Condition: { } condition } branch)
            return;
        if (condition is Constant constant)
        {
            KernelFunction.Terminate(block, Terminator.Jump(branch.Targets[constant.Bits != 0 ? 0 : 1]));
            changed = true;
        }
        else if (condition is Instruction { Op: Op.Not } not)
        {
            block.Terminator = Terminator.Branch(not.Operands[0], branch.Targets[1], branch.Targets[0]);
            changed = true;
        }
    }

    private void MergeSuccessors(BasicBlock block)
    {
        while (block.Terminator is { IsBranch: false, IsReturn: false } jump
            && jump.Targets[0] is { Predecessors.Count: 1 } next && next != block)
        {
            foreach (var instruction in next.Instructions)
            {
                if (instruction.Op == Op.Phi)
                    replaced.Add(instruction, instruction.Operands[0]);
                else
                    block.Append(instruction);
            }
            foreach (var successor in next.Successors)
                successor.Predecessors[successor.Predecessors.IndexOf(next)] = block;
            block.Terminator = next.Terminator;
            next.Terminator = null;
            changed = true;
        }
    }

    private void BypassEmpty(BasicBlock empty)
    {
        if (empty.Instructions.Count > 0 || empty == function.Entry
            || empty.Terminator is not { IsBranch: false, IsReturn: false } jump)
        {
            return;
        }
        var target = jump.Targets[0];
        if (target == empty || (IsLoopHeader(target) && (target.Id > empty.Id || empty.Predecessors.Count > 1)))
            return;
        foreach (var predecessor in empty.Predecessors.ToArray())
        {
            if (predecessor.Successors.Contains(target))
                JoinEdges(predecessor, empty, target);
            else
                MoveEdge(predecessor, empty, target);
        }
        if (empty.Predecessors.Count > 0)
            return;
        target.RemovePredecessor(empty);
        empty.Terminator = null;
    }

    /// <summary>Blocks are numbered in reverse postorder, so an edge backwards makes its target a header.</summary>
    private static bool IsLoopHeader(BasicBlock block)
    {
        foreach (var predecessor in block.Predecessors)
        {
            if (predecessor.Id >= block.Id)
                return true;
        }
        return false;
    }

    /// <summary>The predecessor reaches the target directly as well: one edge is enough if both bring the same values.</summary>
    private void JoinEdges(BasicBlock predecessor, BasicBlock empty, BasicBlock target)
    {
        var (direct, around) = (target.Predecessors.IndexOf(predecessor), target.Predecessors.IndexOf(empty));
        foreach (var phi in target.Phis)
        {
            if (!Equals(phi.Operands[direct], phi.Operands[around]))
                return;
        }
        KernelFunction.Terminate(predecessor, Terminator.Jump(target));
        changed = true;
    }

    private void MoveEdge(BasicBlock predecessor, BasicBlock empty, BasicBlock target)
    {
        var around = target.Predecessors.IndexOf(empty);
        foreach (var phi in target.Phis)
            phi.Operands = [.. phi.Operands, phi.Operands[around]];
        target.Predecessors.Add(predecessor);
        empty.Predecessors.Remove(predecessor);
        var old = predecessor.Terminator!;
        predecessor.Terminator = old.IsBranch
            ? Terminator.Branch(
                old.Condition!,
                old.Targets[0] == empty ? target : old.Targets[0],
                old.Targets[1] == empty ? target : old.Targets[1])
            : Terminator.Jump(target);
        changed = true;
    }

    private bool IfConversion(BasicBlock block)
    {
        if (block.Terminator is not { Condition: { } condition } branch)
            return false;
        var (ifTrue, ifFalse) = (branch.Targets[0], branch.Targets[1]);
        var merge = IsSide(ifTrue, block) && ifTrue.Successors[0] is var t && (t == ifFalse || (IsSide(ifFalse, block) && ifFalse.Successors[0] == t))
            ? t
            : IsSide(ifFalse, block) && ifFalse.Successors[0] == ifTrue ? ifTrue : null;
        if (merge is null || merge == block)
            return false;
        var instructions = (ifTrue == merge ? 0 : ifTrue.Instructions.Count) + (ifFalse == merge ? 0 : ifFalse.Instructions.Count);
        if (instructions > SpeculationLimit)
            return false;

        var edgeIfTrue = merge.Predecessors.IndexOf(ifTrue == merge ? block : ifTrue);
        var edgeIfFalse = merge.Predecessors.IndexOf(ifFalse == merge ? block : ifFalse);
        var phis = merge.Phis.ToList();
        if (phis.Count(p => !Equals(p.Operands[edgeIfTrue], p.Operands[edgeIfFalse])) > SelectLimit)
            return false;

        foreach (var side in (ReadOnlySpan<BasicBlock>)[ifTrue, ifFalse])
        {
            if (side == merge)
                continue;
            foreach (var instruction in side.Instructions)
                block.Append(instruction);
            side.Terminator = null;
        }
        var merged = phis.ConvertAll(phi => Choose(block, condition, phi.Operands[edgeIfTrue], phi.Operands[edgeIfFalse]));
        merge.RemovePredecessor(ifTrue == merge ? block : ifTrue);
        merge.RemovePredecessor(ifFalse == merge ? block : ifFalse);
        merge.Predecessors.Add(block);
        for (var p = 0; p < phis.Count; p++)
            phis[p].Operands = [.. phis[p].Operands, merged[p]];
        block.Terminator = Terminator.Jump(merge);
        changed = true;
        return true;
    }

    private static Value Choose(BasicBlock block, Value condition, Value ifTrue, Value ifFalse) =>
        Equals(ifTrue, ifFalse) ? ifTrue : block.Append(new Instruction(Op.Select, ifTrue.Type, condition, ifTrue, ifFalse));

    /// <summary>Whether the block is one side of a branch in <paramref name="from"/> and may be computed in any case.</summary>
    private static bool IsSide(BasicBlock block, BasicBlock from)
    {
        if (block.Predecessors.Count != 1 || block.Predecessors[0] != from || block.Instructions.Count > SpeculationLimit
            || block.Terminator is not { IsBranch: false, IsReturn: false })
        {
            return false;
        }
        foreach (var instruction in block.Instructions)
        {
            if (!IsCheap(instruction))
                return false;
        }
        return true;
    }

    private static bool IsCheap(Instruction i) => i.Op switch
    {
        Op.Add or Op.Subtract or Op.Multiply or Op.Negate or Op.Min or Op.Max or Op.Abs or Op.FusedMultiplyAdd => true,
        Op.And or Op.Or or Op.Xor or Op.Not or Op.ShiftLeft or Op.ShiftRight or Op.CopySign => true,
        Op.Compare or Op.Select or Op.Convert or Op.Extend or Op.Bitcast or Op.Offset => true,
        Op.ThreadIndex or Op.GroupIndex or Op.GroupSize or Op.GridSize or Op.LaneIndex => true,
        _ => false,
    };
}
