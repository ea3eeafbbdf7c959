namespace Swat.Tensors.Autograd;

/// <summary>
/// A value of the recorded computation, apart from the handles that show it: a leaf, whose gradient stays with its tensor, or the output
/// of a node, whose gradient lives until the node has passed it on.
/// </summary>
internal sealed class GraphValue
{
    public GraphValue(Tensor leaf)
    {
        Leaf = leaf;
        Shape = leaf.Shape;
        Type = leaf.DType;
    }

    public GraphValue(Tape tape, Shape shape, DType type)
    {
        Tape = tape;
        Shape = shape;
        Type = type;
    }

    /// <summary>The tensor whose <see cref="Tensor.Grad"/> collects the gradient; null for the output of a node.</summary>
    public Tensor? Leaf { get; }

    /// <summary>The tape that recorded the node; null for a leaf.</summary>
    public Tape? Tape { get; }

    /// <summary>The node whose last output this is; null for a leaf and for other outputs.</summary>
    public GraphNode? Producer { get; set; }

    /// <summary>What looks at the gradient, or replaces it, when all of it has arrived.</summary>
    public List<Func<Tensor, Tensor?>> Hooks { get; } = [];

    public Shape Shape { get; }

    public DType Type { get; }

    /// <summary>The sum of what has reached this value so far in the running backward pass.</summary>
    public Tensor? Gradient
    {
        get => Leaf is null ? field : Leaf.Grad;
        set
        {
            if (Leaf is null)
                field = value;
            else
                Leaf.Grad = value;
        }
    }

    /// <summary>Shows the gradient to the hooks, in the order of their registration.</summary>
    public void RunHooks()
    {
        foreach (var hook in Hooks)
        {
            var shown = Gradient!;
            using (shown.Device.Scope())
            {
                if (hook(shown) is not { } replacement || replacement == shown)
                    continue;
                Check.Alike("gradient hook", shown, replacement);
                // What a hook returns may be somebody else's; a parameter's gradient shares no memory.
                Gradient = MemoryScope.Keep(Leaf is null ? replacement.Share() : replacement.Clone());
                shown.Dispose();
            }
        }
    }
}
