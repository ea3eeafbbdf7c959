using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Structure;

/// <summary>
/// Forward edges inside <see cref="Body"/> to <see cref="Target"/> continue behind this node, where the target's code follows in the
/// same sequence.
/// </summary>
internal sealed class LabelNode(BasicBlock target, ControlNode body) : ControlNode
{
    public BasicBlock Target { get; } = target;

    public ControlNode Body { get; } = body;
}
