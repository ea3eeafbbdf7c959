using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Structure;

/// <summary>The branch at the end of <see cref="Block"/>.</summary>
internal sealed class IfNode(BasicBlock block, ControlNode then, ControlNode otherwise) : ControlNode
{
    public BasicBlock Block { get; } = block;

    public Value Condition => Block.Terminator!.Condition!;

    public ControlNode Then { get; } = then;

    public ControlNode Else { get; } = otherwise;
}
