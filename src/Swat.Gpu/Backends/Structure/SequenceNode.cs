namespace Swat.Gpu.Backends.Structure;

/// <summary>Nodes one after the other.</summary>
internal sealed class SequenceNode(IReadOnlyList<ControlNode> nodes) : ControlNode
{
    public IReadOnlyList<ControlNode> Nodes { get; } = nodes;
}
