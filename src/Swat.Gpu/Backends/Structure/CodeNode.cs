using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Structure;

/// <summary>The instructions of a block, without its terminator.</summary>
internal sealed class CodeNode(BasicBlock block) : ControlNode
{
    public BasicBlock Block { get; } = block;
}
