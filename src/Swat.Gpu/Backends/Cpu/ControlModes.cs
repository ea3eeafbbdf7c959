using Swat.Gpu.Backends.Structure;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>Where the lanes that enter a label or a loop may part, so that masks must be kept.</summary>
internal sealed class ControlModes
{
    private readonly Region region;
    private readonly LaneShapes shapes;
    private readonly HashSet<LabelNode> collecting = [];
    private readonly HashSet<LoopNode> divergent = [];

    private ControlModes(Region region, LaneShapes shapes)
    {
        this.region = region;
        this.shapes = shapes;
    }

    public static ControlModes Find(Region region, LaneShapes shapes)
    {
        var modes = new ControlModes(region, shapes);
        modes.Exits(region.Tree);
        return modes;
    }

    /// <summary>Lanes reach the label's target at different times, and perhaps not all of them: it needs a mask of its own.</summary>
    public bool Collects(LabelNode label) => collecting.Contains(label);

    /// <summary>Lanes leave or repeat the loop at different times.</summary>
    public bool IsDivergent(LoopNode loop) => divergent.Contains(loop);

    public bool IsDivergent(IfNode node) => shapes.IsDivergent(region.Original(node.Block));

    /// <summary>The ways out of a node, and whether only part of the lanes that enter it may take them together.</summary>
    private HashSet<Exit> Exits(ControlNode node)
    {
        switch (node)
        {
            case SequenceNode sequence:
                return Sequence(sequence);
            case EdgeNode { Kind: not EdgeKind.Next } edge:
                return [new Exit(edge.To, edge.Kind == EdgeKind.Back, false)];
            case ReturnNode:
                return [new Exit(null, false, false)];
            case IfNode branch:
                var either = Exits(branch.Then);
                either.UnionWith(Exits(branch.Else));
                return IsDivergent(branch) ? Partial(either) : either;
            case LoopNode loop:
                var exits = Exits(loop.Body);
                var isDivergent = exits.Any(e => e.IsPartial);
                if (isDivergent)
                    divergent.Add(loop);
                exits.RemoveWhere(e => e.IsBack && e.Target == loop.Header);
                return isDivergent ? Partial(exits) : exits;
            default:
                return [];
        }
    }

    private HashSet<Exit> Sequence(SequenceNode sequence)
    {
        var result = new HashSet<Exit>();
        var partial = false;
        foreach (var node in sequence.Nodes)
        {
            var exits = Exits(node is LabelNode l ? l.Body : node);
            if (node is LabelNode label)
            {
                var elsewhere = exits.Any(e => e.IsBack || e.Target != label.Target);
                var collects = elsewhere && exits.Any(e => e.IsPartial);
                exits.RemoveWhere(e => !e.IsBack && e.Target == label.Target);
                result.UnionWith(partial ? Partial(exits) : exits);
                if (collects)
                    collecting.Add(label);
                partial |= collects;
                continue;
            }
            result.UnionWith(partial ? Partial(exits) : exits);
        }
        return result;
    }

    private static HashSet<Exit> Partial(HashSet<Exit> exits) => [.. exits.Select(e => e with { IsPartial = true })];

    private readonly record struct Exit(BasicBlock? Target, bool IsBack, bool IsPartial);
}
