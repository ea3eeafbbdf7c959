using Swat.Gpu.IR;

namespace Swat.Gpu.Analysis;

/// <summary>
/// The dominator tree: a block dominates another if every path from the entry to the other runs through it. Found by iteration over
/// the reverse postorder (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm", 2001). A snapshot: it holds until the
/// control flow changes or the function is renumbered differently.
/// </summary>
internal sealed class Dominators
{
    private readonly BasicBlock[] blocks;
    private readonly int[] immediate;
    private readonly List<BasicBlock>[] children;
    private readonly int[] enter;
    private readonly int[] leave;

    /// <summary>Numbers the function, which drops unreachable blocks, and analyses it.</summary>
    public Dominators(KernelFunction function)
    {
        function.Number();
        blocks = [.. function.Blocks];
        immediate = new int[blocks.Length];
        children = new List<BasicBlock>[blocks.Length];
        enter = new int[blocks.Length];
        leave = new int[blocks.Length];
        FindImmediateDominators();
        FindTree();
    }

    /// <summary>The closest block that dominates <paramref name="block"/> and is not the block itself; null for the entry.</summary>
    public BasicBlock? Immediate(BasicBlock block) => block.Id == 0 ? null : blocks[immediate[block.Id]];

    /// <summary>The blocks that <paramref name="block"/> dominates immediately, in reverse postorder.</summary>
    public IReadOnlyList<BasicBlock> Children(BasicBlock block) => children[block.Id];

    /// <summary>Whether <paramref name="above"/> dominates <paramref name="below"/>; a block dominates itself.</summary>
    public bool Dominates(BasicBlock above, BasicBlock below) =>
        enter[above.Id] <= enter[below.Id] && leave[below.Id] <= leave[above.Id];

    /// <summary>All blocks, each after the one that dominates it immediately and together with those below it.</summary>
    public IEnumerable<BasicBlock> Preorder()
    {
        var stack = new Stack<BasicBlock>();
        stack.Push(blocks[0]);
        while (stack.TryPop(out var block))
        {
            yield return block;
            var below = children[block.Id];
            for (var i = below.Count - 1; i >= 0; i--)
                stack.Push(below[i]);
        }
    }

    private void FindImmediateDominators()
    {
        Array.Fill(immediate, -1);
        immediate[0] = 0;
        var changed = true;
        while (changed)
        {
            changed = false;
            for (var i = 1; i < blocks.Length; i++)
            {
                var found = -1;
                foreach (var predecessor in blocks[i].Predecessors)
                {
                    if (immediate[predecessor.Id] < 0)
                        continue;
                    found = found < 0 ? predecessor.Id : Intersect(found, predecessor.Id);
                }
                if (immediate[i] == found)
                    continue;
                immediate[i] = found;
                changed = true;
            }
        }
    }

    private int Intersect(int a, int b)
    {
        while (a != b)
        {
            while (a > b)
                a = immediate[a];
            while (b > a)
                b = immediate[b];
        }
        return a;
    }

    private void FindTree()
    {
        for (var i = 0; i < blocks.Length; i++)
            children[i] = [];
        for (var i = 1; i < blocks.Length; i++)
            children[immediate[i]].Add(blocks[i]);

        var clock = 0;
        var stack = new Stack<(int Block, int Next)>();
        stack.Push((0, 0));
        while (stack.TryPop(out var top))
        {
            if (top.Next == 0)
                enter[top.Block] = clock++;
            if (top.Next == children[top.Block].Count)
            {
                leave[top.Block] = clock++;
                continue;
            }
            stack.Push((top.Block, top.Next + 1));
            stack.Push((children[top.Block][top.Next].Id, 0));
        }
    }
}
