using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Structure;

/// <summary>
/// Turns reducible control flow into nested ifs, loops and labels without duplicating code, by the dominator tree (Ramsey, "Beyond
/// Relooper", ICFP 2022). It differs from the paper in where code behind a loop goes: outside of the loop, never into it, so that work
/// items that leave a loop at different times wait for each other.
/// </summary>
internal sealed class ControlTreeBuilder
{
    private readonly LoopForest loops;
    private readonly Dictionary<BasicBlock, List<BasicBlock>> inside = [];
    private readonly Dictionary<BasicBlock, List<BasicBlock>> behind = [];
    private readonly HashSet<BasicBlock> labelled = [];

    private ControlTreeBuilder(KernelFunction function)
    {
        var dominators = new Dominators(function);
        loops = new LoopForest(function, dominators);
        foreach (var block in function.Blocks.Skip(1))
            Place(block, dominators.Immediate(block)!);
    }

    /// <summary>The tree of a function, which is numbered anew.</summary>
    public static ControlNode Build(KernelFunction function) => new ControlTreeBuilder(function).Tree(function.Entry);

    /// <summary>Blocks that need a label: joins, in the block that dominates them, and exits of loops, behind the loop.</summary>
    private void Place(BasicBlock block, BasicBlock dominator)
    {
        var forward = block.Predecessors.Count(p => p.Id < block.Id);
        var left = loops.Of(dominator);
        if (left is null || left.Contains(loops.Of(block)))
        {
            if (forward < 2)
                return;
            Add(inside, dominator, block);
            return;
        }
        while (left.Parent is { } parent && !parent.Contains(loops.Of(block)))
            left = parent;
        Add(behind, left.Header, block);
    }

    private void Add(Dictionary<BasicBlock, List<BasicBlock>> map, BasicBlock at, BasicBlock block)
    {
        labelled.Add(block);
        if (!map.TryGetValue(at, out var list))
            map[at] = list = [];

        // Blocks come in reverse postorder: a later one can be reached from an earlier one, so its label lies further out.
        list.Add(block);
    }

    private ControlNode Tree(BasicBlock block)
    {
        var node = WithLabels(inside.GetValueOrDefault(block) ?? [], () => Code(block));
        if (loops.Of(block)?.Header != block)
            return node;
        return WithLabels(behind.GetValueOrDefault(block) ?? [], () => new LoopNode(block, node));
    }

    private ControlNode WithLabels(List<BasicBlock> targets, Func<ControlNode> innermost)
    {
        var node = innermost();
        foreach (var target in targets)
            node = new SequenceNode([new LabelNode(target, node), Tree(target)]);
        return node;
    }

    private SequenceNode Code(BasicBlock block)
    {
        var end = block.Terminator!;
        ControlNode rest = end.IsReturn ? new ReturnNode(block)
            : end.IsBranch ? new IfNode(block, Edge(block, end.Targets[0]), Edge(block, end.Targets[1]))
            : Edge(block, end.Targets[0]);
        return new SequenceNode([new CodeNode(block), rest]);
    }

    private ControlNode Edge(BasicBlock from, BasicBlock to)
    {
        if (to.Id <= from.Id)
            return new EdgeNode(from, to, EdgeKind.Back);
        if (labelled.Contains(to))
            return new EdgeNode(from, to, EdgeKind.Forward);
        return new SequenceNode([new EdgeNode(from, to, EdgeKind.Next), Tree(to)]);
    }
}
