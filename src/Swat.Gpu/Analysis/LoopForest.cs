using Swat.Gpu.IR;

namespace Swat.Gpu.Analysis;

/// <summary>
/// The natural loops of a function and how they nest. Back edges to one header make one loop. A snapshot: it holds until the control
/// flow changes. As control flow is reducible, every cycle is part of a natural loop.
/// </summary>
internal sealed class LoopForest
{
    private readonly Loop?[] innermost;

    public LoopForest(KernelFunction function)
        : this(function, new Dominators(function))
    {
    }

    public LoopForest(KernelFunction function, Dominators dominators)
    {
        innermost = new Loop?[function.Blocks.Count];
        for (var i = function.Blocks.Count - 1; i >= 0; i--)
            FindLoopAt(function.Blocks[i], dominators);

        // Postorder of headers reversed: outer loops come first.
        All.Reverse();
        foreach (var loop in All)
            (loop.Parent?.Children ?? Roots).Add(loop);
        foreach (var block in function.Blocks)
        {
            for (var loop = innermost[block.Id]; loop is not null; loop = loop.Parent)
            {
                loop.Blocks.Add(block);
                loop.Members.Add(block);
            }
        }
    }

    /// <summary>All loops, outer ones before those inside them.</summary>
    public List<Loop> All { get; } = [];

    /// <summary>The outermost loops.</summary>
    public List<Loop> Roots { get; } = [];

    /// <summary>The innermost loop around the block; null outside of loops.</summary>
    public Loop? Of(BasicBlock block) => innermost[block.Id];

    private void FindLoopAt(BasicBlock header, Dominators dominators)
    {
        Loop? loop = null;
        var work = new Stack<BasicBlock>();
        foreach (var predecessor in header.Predecessors)
        {
            if (!dominators.Dominates(header, predecessor))
                continue;
            loop ??= new Loop(header);
            loop.Latches.Add(predecessor);
            work.Push(predecessor);
        }
        if (loop is null)
            return;
        All.Add(loop);
        innermost[header.Id] ??= loop;
        while (work.TryPop(out var block))
        {
            var inner = innermost[block.Id];
            if (inner is null)
            {
                innermost[block.Id] = loop;
                foreach (var predecessor in block.Predecessors)
                    work.Push(predecessor);
                continue;
            }
            while (inner.Parent is { } parent)
                inner = parent;
            if (inner == loop)
                continue;
            inner.Parent = loop;
            foreach (var predecessor in inner.Header.Predecessors)
                work.Push(predecessor);
        }
    }
}
