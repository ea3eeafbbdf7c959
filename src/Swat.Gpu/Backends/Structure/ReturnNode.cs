using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Structure;

/// <summary>The return at the end of <see cref="Block"/>.</summary>
internal sealed class ReturnNode(BasicBlock block) : ControlNode
{
    public BasicBlock Block { get; } = block;
}
