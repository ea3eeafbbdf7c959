using Swat.Gpu.IR;

namespace Swat.Gpu.Analysis;

/// <summary>
/// The postdominator tree: a block postdominates another if every path from the other to a return runs through it. A snapshot of a
/// numbered function.
/// </summary>
internal sealed class Postdominators
{
    private readonly BasicBlock[] blocks;
    private readonly int[] immediate;
    private readonly int[] order;

    public Postdominators(KernelFunction function)
    {
        blocks = [.. function.Blocks];
        var exit = blocks.Length;
        immediate = new int[exit + 1];
        order = new int[exit + 1];
        Array.Fill(immediate, -1);
        Array.Fill(order, -1);
        var sequence = Postorder();
        for (var i = 0; i < sequence.Count; i++)
            order[sequence[i]] = i;
        order[exit] = sequence.Count;
        immediate[exit] = exit;
        var changed = true;
        while (changed)
        {
            changed = false;
            for (var i = sequence.Count - 1; i >= 0; i--)
            {
                var block = blocks[sequence[i]];
                var found = -1;
                foreach (var next in block.Terminator!.IsReturn ? [exit] : block.Successors.Select(s => s.Id))
                {
                    if (immediate[next] >= 0)
                        found = found < 0 ? next : Intersect(found, next);
                }
                if (found == immediate[block.Id])
                    continue;
                immediate[block.Id] = found;
                changed = true;
            }
        }
    }

    /// <summary>The closest other block that postdominates <paramref name="block"/>; null if only the function's end does, or no path leads there.</summary>
    public BasicBlock? Immediate(BasicBlock block)
    {
        var found = immediate[block.Id];
        return found < 0 || found == blocks.Length ? null : blocks[found];
    }

    /// <summary>Postorder of the reversed graph from the end: each block before those that lead to it.</summary>
    private List<int> Postorder()
    {
        var result = new List<int>();
        var seen = new bool[blocks.Length];
        foreach (var start in blocks.Where(b => b.Terminator!.IsReturn))
        {
            if (seen[start.Id])
                continue;
            seen[start.Id] = true;
            var stack = new Stack<(BasicBlock Block, int Next)>();
            stack.Push((start, 0));
            while (stack.TryPop(out var top))
            {
                if (top.Next == top.Block.Predecessors.Count)
                {
                    result.Add(top.Block.Id);
                    continue;
                }
                stack.Push((top.Block, top.Next + 1));
                var predecessor = top.Block.Predecessors[top.Next];
                if (seen[predecessor.Id])
                    continue;
                seen[predecessor.Id] = true;
                stack.Push((predecessor, 0));
            }
        }
        return result;
    }

    private int Intersect(int a, int b)
    {
        while (a != b)
        {
            while (order[a] < order[b])
                a = immediate[a];
            while (order[b] < order[a])
                b = immediate[b];
        }
        return a;
    }
}
