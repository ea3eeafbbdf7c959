using Swat.Gpu.IR;

namespace Swat.Gpu.Analysis;

/// <summary>
/// Which values are the same for all work items of a group, and which barriers are not reached by all of them. Conservative: a value
/// counts as different if it may be. A snapshot of a numbered function.
/// </summary>
internal sealed class GroupUniformity
{
    private readonly HashSet<Value> varying = [];
    private readonly HashSet<BasicBlock> joins = [];
    private readonly HashSet<Loop> divergentLoops = [];
    private readonly LoopForest loops;
    private readonly HashSet<BasicBlock> partial = [];

    public GroupUniformity(KernelFunction function, LoopForest loops)
    {
        this.loops = loops;
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

    /// <summary>The first barrier that some work items of a group may not reach; null if there is none.</summary>
    public static Instruction? FindDivergentBarrier(KernelFunction function)
    {
        if (!function.Uses(Op.Barrier))
            return null;
        var loops = new LoopForest(function);
        var uniformity = new GroupUniformity(function, loops);
        return function.Blocks.Where(b => !uniformity.IsReachedByAll(b)).SelectMany(b => b.Instructions)
            .FirstOrDefault(i => i.Op == Op.Barrier);
    }

    private bool IsVarying(Instruction i) => i.Op switch
    {
        Op.ThreadIndex or Op.LaneIndex or Op.LocalArray or Op.AtomicOp or Op.ShuffleOp or Op.Vote or Op.Ballot => true,
        Op.InlinePtx or Op.Intrinsic => true,
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
