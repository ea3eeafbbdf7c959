using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Structure;

/// <summary>
/// A loop: back edges inside <see cref="Body"/> to <see cref="Header"/> start it again. It contains the loop's blocks only; what comes
/// behind it stands behind a <see cref="LabelNode"/> around it.
/// </summary>
internal sealed class LoopNode(BasicBlock header, ControlNode body) : ControlNode
{
    public BasicBlock Header { get; } = header;

    public ControlNode Body { get; } = body;
}
