using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Structure;

/// <summary>An edge of the control flow: the target's phis take their values, then control goes on as <see cref="Kind"/> says.</summary>
internal sealed class EdgeNode(BasicBlock from, BasicBlock to, EdgeKind kind) : ControlNode
{
    public BasicBlock From { get; } = from;

    public BasicBlock To { get; } = to;

    public EdgeKind Kind { get; } = kind;
}
