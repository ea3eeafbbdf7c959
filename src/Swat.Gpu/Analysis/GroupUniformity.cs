using Swat.Gpu.IR;

namespace Swat.Gpu.Analysis;

/// <summary>
/// Which values are the same for all work items of a group, and which blocks all of them reach together. Conservative: a value counts as
/// different if it may be. A snapshot of a numbered function.
/// </summary>
internal sealed class GroupUniformity
{
    private readonly HashSet<Value> varying = [];
    private readonly HashSet<BasicBlock> joins = [];
    private readonly HashSet<Loop> divergentLoops = [];
    private readonly LoopForest loops;
    private readonly HashSet<BasicBlock> partial = [];
    private readonly bool byIndexAlone;

    /// <param name="function">A numbered function.</param>
    /// <param name="loops">Its loops.</param>
    /// <param name="byIndexAlone">
    /// Counts a value as different only if it follows from the work item's index: what warps exchange, atomics, private arrays, inline PTX and
    /// the targets' own instructions give may well be the same for all.
    /// </param>
    public GroupUniformity(KernelFunction function, LoopForest loops, bool byIndexAlone = false)
    {
        this.loops = loops;
        this.byIndexAlone = byIndexAlone;
        var influences = new BranchInfluences(function, loops);
        var divergent = new HashSet<BasicBlock>();
        var changed = true;
        while (changed)
        {
            changed = false;
            foreach (var block in function.Blocks)
            {
                foreach (var i in block.Instructions)
                {
                    if (i.Type != IrType.Void || i.Op is Op.LoadVector or Op.Intrinsic or Op.InlinePtx)
                        changed |= !varying.Contains(i) && IsVarying(i) && varying.Add(i);
                }
                if (block.Terminator is not { IsBranch: true, Condition: { } condition } || !Differs(condition, block) || !divergent.Add(block))
                    continue;
                var influence = influences.Of(block);
                joins.UnionWith(influence.Joins);
                divergentLoops.UnionWith(influence.Loops);
                partial.UnionWith(influence.Region);
                changed = true;
            }
        }
    }

    /// <summary>Whether the value is the same for all work items that use it in <paramref name="user"/>.</summary>
    public bool IsUniformAt(Value value, BasicBlock user) => !Differs(value, user);

    /// <summary>Whether all work items of the group run the block together.</summary>
    public bool IsReachedByAll(BasicBlock block) => !partial.Contains(block);

    private bool IsVarying(Instruction i) => i.Op switch
    {
        Op.ThreadIndex or Op.LaneIndex => true,
        Op.LocalArray or Op.AtomicOp or Op.ShuffleOp or Op.Vote or Op.Ballot or Op.InlinePtx or Op.Intrinsic => !byIndexAlone,
        Op.Phi => joins.Contains(i.Block!) || i.Operands.Where((o, k) => Differs(o, i.Block!.Predecessors[k]) || Differs(o, i.Block!)).Any(),
        _ => i.Operands.Any(o => Differs(o, i.Block!)),
    };

    /// <summary>Whether the value differs among work items where it is used: a loop left at different times makes all it computes differ.</summary>
    private bool Differs(Value value, BasicBlock user)
    {
        if (varying.Contains(value))
            return true;
        if (value is not Instruction { Block: { } block })
            return false;
        for (var loop = loops.Of(block); loop is not null && !loop.Contains(user); loop = loop.Parent)
        {
            if (divergentLoops.Contains(loop))
                return true;
        }
        return false;
    }
}
