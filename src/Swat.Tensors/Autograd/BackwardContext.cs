using Swat.Tensors.Ops;

namespace Swat.Tensors.Autograd;

/// <summary>What the derivative of one operation works with while a backward pass visits it.</summary>
public sealed class BackwardContext
{
    private readonly GraphNode node;

    internal BackwardContext(TensorDevice device, GraphNode node)
    {
        Device = device;
        this.node = node;
    }

    public TensorDevice Device { get; }

    /// <summary>The gradient of the operation's first output. It belongs to the graph.</summary>
    public Tensor OutputGradient => TryOutputGradient(0) ?? throw new InvalidOperationException($"no gradient reached {node.Operation}");

    /// <summary>The gradient of an output, or null where nothing that was differentiated depends on it.</summary>
    public Tensor? TryOutputGradient(int output) => node.Outputs[output].Gradient;

    /// <summary>Whether somebody wants the gradient of this input.</summary>
    public bool Needs(int input) => node.Inputs[input] is not null;

    /// <summary>The shape of an input, which its gradient has, too.</summary>
    public Shape InputShape(int input) => Input(input).Shape;

    /// <summary>The type of an input, which its gradient has, too.</summary>
    public DType InputType(int input) => Input(input).Type;

    /// <summary>A tensor that the forward pass saved. It belongs to the graph.</summary>
    /// <exception cref="InvalidOperationException">Its elements were changed in place since.</exception>
    public Tensor Saved(int index) => node.Saved[index].Read(Device, node.Operation);

    /// <summary>Adds to the gradient of an input.</summary>
    /// <param name="input">Which input.</param>
    /// <param name="gradient">Of the input's shape; ownership passes to the graph.</param>
    public void Accumulate(int input, Tensor gradient)
    {
        var value = Input(input);
        MemoryScope.Keep(gradient);
        if (gradient.Shape != value.Shape || gradient.DType != value.Type)
        {
            throw new InvalidOperationException(
                $"backward of {node.Operation}: input {input} is {value.Type}{value.Shape} and its gradient {gradient.DType}{gradient.Shape}");
        }

        if (value.Gradient is not { } sum)
        {
            // A parameter's gradient is changed in place by later passes and by clipping, so it never shares memory.
            value.Gradient = value.Leaf is not null && !gradient.Storage.IsExclusive ? MemoryScope.Keep(gradient.Clone()) : gradient;
            if (value.Gradient != gradient)
                gradient.Dispose();
            return;
        }

        if (sum.Storage.IsExclusive)
        {
            AddOp.AddInto(sum, gradient);
            gradient.Dispose();
        }
        else
        {
            value.Gradient = MemoryScope.Keep(AddOp.Unrecorded(sum, gradient));
            sum.Dispose();
            gradient.Dispose();
        }
    }

    /// <summary>Adds to the gradient of an input a tensor that somebody else owns: the output gradient, mostly.</summary>
    /// <param name="input">Which input.</param>
    /// <param name="gradient">As many elements as the input; shared, not copied.</param>
    public void AccumulateShared(int input, Tensor gradient) => Accumulate(input, gradient.Share(InputShape(input)));

    /// <summary>Memory for the gradient of an input, for a kernel that can add to what is there.</summary>
    public GradientTarget Target(int input)
    {
        var value = Input(input);
        if (value.Gradient is not { } sum)
        {
            value.Gradient = MemoryScope.Keep(Tensor.Empty(Device, value.Shape, value.Type));
            return new GradientTarget(value.Gradient, Accumulate: false);
        }

        if (!sum.Storage.IsExclusive)
        {
            value.Gradient = MemoryScope.Keep(sum.Clone());
            sum.Dispose();
        }

        value.Gradient.MarkChanged();
        return new GradientTarget(value.Gradient, Accumulate: true);
    }

    private GraphValue Input(int input) =>
        node.Inputs[input] ?? throw new InvalidOperationException($"input {input} of {node.Operation} takes no gradient");
}
