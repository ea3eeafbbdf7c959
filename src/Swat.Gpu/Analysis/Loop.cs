using Swat.Gpu.IR;

namespace Swat.Gpu.Analysis;

/// <summary>A natural loop: the blocks from which a back edge to <see cref="Header"/> is reached without leaving it.</summary>
internal sealed class Loop(BasicBlock header)
{
    /// <summary>The only block through which the loop is entered; dominates all of it.</summary>
    public BasicBlock Header { get; } = header;

    /// <summary>The next loop around this one.</summary>
    public Loop? Parent { get; internal set; }

    /// <summary>The loops immediately inside, in reverse postorder of their headers.</summary>
    public List<Loop> Children { get; } = [];

    /// <summary>All blocks, those of inner loops included, in reverse postorder; the first is the header.</summary>
    public List<BasicBlock> Blocks { get; } = [];

    /// <summary>The blocks with an edge back to the header.</summary>
    public List<BasicBlock> Latches { get; } = [];

    /// <summary>1 for an outermost loop.</summary>
    public int Depth => Parent is null ? 1 : Parent.Depth + 1;

    internal HashSet<BasicBlock> Members { get; } = [];

    public bool Contains(BasicBlock block) => Members.Contains(block);

    /// <summary>Whether the loop is this one or somewhere inside it.</summary>
    public bool Contains(Loop? other)
    {
        while (other is not null && other != this)
            other = other.Parent;
        return other is not null;
    }

    /// <summary>Whether the value is computed inside the loop; constants and parameters never are.</summary>
    public bool Defines(Value value) => value is Instruction { Block: { } block } && Members.Contains(block);

    /// <summary>The edges that leave the loop, in reverse postorder of their sources.</summary>
    public IEnumerable<(BasicBlock From, BasicBlock To)> Exits()
    {
        foreach (var block in Blocks)
        {
            foreach (var successor in block.Successors)
            {
                if (!Members.Contains(successor))
                    yield return (block, successor);
            }
        }
    }

    /// <summary>The only block before the header outside the loop if it leads nowhere else; null if there is none such.</summary>
    public BasicBlock? Preheader
    {
        get
        {
            BasicBlock? found = null;
            foreach (var predecessor in Header.Predecessors)
            {
                if (Members.Contains(predecessor))
                    continue;
                if (found is not null)
                    return null;
                found = predecessor;
            }
            return found is { Successors.Count: 1 } ? found : null;
        }
    }
}
