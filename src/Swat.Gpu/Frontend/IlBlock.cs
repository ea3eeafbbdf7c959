namespace Swat.Gpu.Frontend;

/// <summary>Straight-line instructions of a method body.</summary>
internal sealed class IlBlock(int offset)
{
    public int Offset { get; } = offset;

    public List<IlInstruction> Instructions { get; } = [];

    /// <summary>Blocks that can follow, each once: branch targets, then the fall-through.</summary>
    public List<IlBlock> Successors { get; } = [];

    /// <summary>Number of reachable blocks that list this one as a successor.</summary>
    public int PredecessorCount { get; set; }
}
