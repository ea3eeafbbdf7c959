using Swat.Gpu.IR;

namespace Swat.Gpu.Analysis;

/// <summary>Finds the <see cref="BranchInfluence"/> of branches. A snapshot of a numbered function.</summary>
internal sealed class BranchInfluences(KernelFunction function, LoopForest loops)
{
    private readonly Postdominators postdominators = new(function);
    private readonly Dictionary<BasicBlock, BranchInfluence> known = [];

    public BranchInfluence Of(BasicBlock branch)
    {
        if (!known.TryGetValue(branch, out var influence))
            known[branch] = influence = Find(branch);
        return influence;
    }

    private BranchInfluence Find(BasicBlock branch)
    {
        var end = postdominators.Immediate(branch);
        var region = new HashSet<BasicBlock>();
        var work = new Stack<BasicBlock>(branch.Successors);
        while (work.TryPop(out var block))
        {
            if (block == end || !region.Add(block))
                continue;
            foreach (var successor in block.Successors)
                work.Push(successor);
        }
        var divergent = new List<Loop>();
        for (var loop = loops.Of(branch); loop is not null && (end is null || !loop.Contains(end)); loop = loop.Parent)
            divergent.Add(loop);
        return new BranchInfluence([.. region.OrderBy(b => b.Id)], Joins(branch, end, region), divergent);
    }

    /// <summary>
    /// Every block gets the last place where the ways of all work items that reach it met: a successor of the branch, or a join. A block
    /// that work items reach with different such places is a join. Work items that go round a loop and pass the branch again count as new.
    /// </summary>
    private static List<BasicBlock> Joins(BasicBlock branch, BasicBlock? end, HashSet<BasicBlock> region)
    {
        var places = new Dictionary<BasicBlock, BasicBlock>();
        var joins = new HashSet<BasicBlock>();
        var order = region.Concat(end is null ? [] : [end]).OrderBy(b => b.Id).ToList();
        var changed = true;
        while (changed)
        {
            changed = false;
            foreach (var block in order)
            {
                if (joins.Contains(block))
                    continue;
                BasicBlock? place = null;
                var isJoin = false;
                foreach (var predecessor in block.Predecessors)
                {
                    BasicBlock? from;
                    if (predecessor == branch)
                        from = block;
                    else if (!region.Contains(predecessor) || !places.TryGetValue(predecessor, out from))
                        continue;
                    isJoin |= place is not null && place != from;
                    place ??= from;
                }
                if (isJoin)
                {
                    joins.Add(block);
                    place = block;
                }
                if (place is null || (places.TryGetValue(block, out var before) && before == place))
                    continue;
                places[block] = place;
                changed = true;
            }
        }
        return [.. joins.OrderBy(b => b.Id)];
    }
}
