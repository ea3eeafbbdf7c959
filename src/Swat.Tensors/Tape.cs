using Swat.Tensors.Autograd;
using Swat.Tensors.Memory;

namespace Swat.Tensors;

/// <summary>
/// Records the operations that run while it is the innermost tape of its device, in order, and differentiates them in reverse. It is also
/// a <see cref="MemoryScope"/>: the tensors made while it is open are disposed with it.
/// <code>
/// using (var tape = new Tape(device))
/// {
///     var loss = model.Forward(tokens).CrossEntropy(targets);
///     loss.Backward();
///     Console.WriteLine(loss.Item());
/// }
/// optimizer.Step();
/// optimizer.ZeroGrad();
/// </code>
/// Only operations on a tensor whose <see cref="Tensor.RequiresGrad"/> is true are recorded. What an operation saves for its derivative
/// is released as soon as the backward pass has visited it; <see cref="Backward"/> therefore runs once per tape, unless told to keep the
/// graph.
/// </summary>
public sealed class Tape : IDisposable
{
    private readonly List<GraphNode> nodes = [];
    private readonly MemoryScope scope;
    private readonly Tape? outer;
    private readonly PhaseScope phase;
    private bool isReleased;
    private bool isDisposed;

    /// <param name="device">Whose operations it records.</param>
    /// <param name="detectAnomalies">
    /// True: every result and gradient is copied to the host and looked at, and the first that is not finite throws a
    /// <see cref="NonFiniteValueException"/> that names its operation. Nothing is recomputed then.
    /// </param>
    public Tape(TensorDevice device, bool detectAnomalies = false)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        DetectsAnomalies = detectAnomalies;
        scope = device.Scope();
        outer = device.InnermostTape;
        device.InnermostTape = this;
        phase = device.Enter(device.Phase == MemoryPhase.Other ? MemoryPhase.Forward : device.Phase);
    }

    public TensorDevice Device { get; }

    /// <summary>Whether values that are not finite throw.</summary>
    public bool DetectsAnomalies { get; }

    /// <summary>Number of operations recorded so far.</summary>
    public int Count => nodes.Count;

    /// <summary>Takes a tensor out of the tape's scope, so that it outlives the tape; see <see cref="MemoryScope.Return"/>.</summary>
    public Tensor Return(Tensor tensor) => scope.Return(tensor);

    /// <summary>
    /// Adds the derivatives of a number with respect to every leaf it was computed from to their <see cref="Tensor.Grad"/>.
    /// </summary>
    /// <param name="loss">A recorded tensor; of one element, unless a gradient is given.</param>
    /// <param name="gradient">The derivative of the final quantity by <paramref name="loss"/>, of its shape; null: 1.</param>
    /// <param name="keepGraph">True: what was saved stays, so that the tape can be differentiated again.</param>
    /// <exception cref="InvalidOperationException">
    /// The graph was released by an earlier backward pass, the tensor was not recorded by this tape, or it has many elements and no
    /// gradient is given.
    /// </exception>
    public void Backward(Tensor loss, Tensor? gradient = null, bool keepGraph = false)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        var value = loss.GraphValue;
        if (value?.Tape != this)
            throw new InvalidOperationException("Backward: this tensor was not recorded by this tape");
        if (isReleased)
        {
            throw new InvalidOperationException(
                "Backward: the graph was released by an earlier backward pass; record the forward pass again in a new tape, or pass " +
                "keepGraph: true to the earlier one");
        }

        if (gradient is null && loss.Count != 1)
        {
            throw new InvalidOperationException(
                $"Backward starts from one number; this tensor has the shape {loss.Shape}. Reduce it with Sum() or Mean(), or pass its gradient");
        }

        if (gradient is not null)
            Check.Alike("Backward", loss, gradient);
        using (Device.NoGrad())
        using (Device.Enter(MemoryPhase.Backward))
        {
            value.Gradient = MemoryScope.Keep(gradient?.Share() ?? Tensor.Full(Device, loss.Shape, 1, loss.DType));
            for (var i = nodes.Count - 1; i >= 0; i--)
                Visit(nodes[i], keepGraph);
            foreach (var leaf in WatchedLeaves())
                leaf.RunHooks();
        }

        isReleased = !keepGraph;
        if (isReleased)
            nodes.Clear();
    }

    /// <summary>Releases everything that was recorded and disposes the tensors of the tape's scope.</summary>
    public void Dispose()
    {
        if (isDisposed)
            return;
        if (Device.InnermostTape != this)
            throw new InvalidOperationException("tapes close in the reverse order of their opening: an inner one is still open");
        isDisposed = true;
        Device.InnermostTape = outer;
        phase.Dispose();
        foreach (var node in nodes)
            node.Release();
        nodes.Clear();
        scope.Dispose();
    }

    /// <summary>Whether an operation on these inputs would be recorded, so that it should compute what its derivative needs.</summary>
    public static bool Records(params ReadOnlySpan<Tensor?> inputs)
    {
        foreach (var input in inputs)
        {
            if (input is { RequiresGrad: true })
                return input.Device is { InnermostTape: not null, NoGradDepth: 0 };
        }

        return false;
    }

    /// <summary>
    /// Records an operation on the innermost tape of the device, if there is one and an input requires a gradient. Every differentiable
    /// operation ends with this call; operations of your own do, too.
    /// </summary>
    /// <param name="operation">Its name, for messages.</param>
    /// <param name="inputs">What it was computed from; null for an absent optional input.</param>
    /// <param name="output">What it computed.</param>
    /// <param name="saved">What the derivative reads through <see cref="BackwardContext.Saved"/>; shared, not copied.</param>
    /// <param name="backward">The derivative: reads output gradients, adds to input gradients where they are needed.</param>
    /// <param name="recompute">
    /// Computes the output again from what is saved. Given by operations that are bound by memory, whose output costs little more to compute
    /// than to read; see <see cref="TensorDevice.RecomputesMemoryBound"/>.
    /// </param>
    /// <returns>The output.</returns>
    public static Tensor Record(
        string operation,
        ReadOnlySpan<Tensor?> inputs,
        Tensor output,
        ReadOnlySpan<Tensor> saved,
        Action<BackwardContext> backward,
        Func<BackwardContext, Tensor>? recompute = null)
    {
        Record(operation, inputs, [output], saved, backward, recompute);
        return output;
    }

    /// <inheritdoc cref="Record(string, ReadOnlySpan{Tensor?}, Tensor, ReadOnlySpan{Tensor}, Action{BackwardContext}, Func{BackwardContext, Tensor})"/>
    /// <param name="operation">Its name, for messages.</param>
    /// <param name="inputs">What it was computed from; null for an absent optional input.</param>
    /// <param name="outputs">What it computed; <see cref="BackwardContext.TryOutputGradient"/> may be null for some of them.</param>
    /// <param name="saved">What the derivative reads.</param>
    /// <param name="backward">The derivative.</param>
    /// <param name="recompute">Computes the last output again.</param>
    public static void Record(
        string operation,
        ReadOnlySpan<Tensor?> inputs,
        ReadOnlySpan<Tensor> outputs,
        ReadOnlySpan<Tensor> saved,
        Action<BackwardContext> backward,
        Func<BackwardContext, Tensor>? recompute = null)
    {
        if (!Records(inputs))
            return;
        var tape = outputs[0].Device.InnermostTape!;
        if (tape.isReleased)
        {
            throw new InvalidOperationException(
                $"{operation} is recorded on a tape whose backward pass has run; open a new tape for the next forward pass, or wrap what " +
                "needs no gradient in `using (device.NoGrad())`");
        }

        if (tape.DetectsAnomalies)
            AnomalyDetector.CheckForward(operation, inputs, outputs);
        tape.Add(operation, inputs, outputs, saved, backward, recompute);
    }

    private void Add(
        string operation,
        ReadOnlySpan<Tensor?> inputs,
        ReadOnlySpan<Tensor> outputs,
        ReadOnlySpan<Tensor> saved,
        Action<BackwardContext> backward,
        Func<BackwardContext, Tensor>? recompute)
    {
        var inputValues = new GraphValue?[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputValues[i] = inputs[i]?.GraphValue;
            if (inputValues[i] is { Tape: { isDisposed: true } or { isReleased: true } })
            {
                throw new InvalidOperationException(
                    $"{operation}: input {i}, {inputs[i]}, belongs to a graph that was released; use Detach() to treat it as a constant");
            }
        }

        var kept = new SavedTensor[saved.Length];
        for (var i = 0; i < saved.Length; i++)
            kept[i] = new SavedTensor(saved[i]);
        var outputValues = new GraphValue[outputs.Length];
        for (var i = 0; i < outputs.Length; i++)
            outputs[i].GraphValue = outputValues[i] = new GraphValue(this, outputs[i].Shape, outputs[i].DType);
        var node = new GraphNode(operation, inputValues, outputValues, kept, backward, recompute);
        outputValues[^1].Producer = node;
        nodes.Add(node);
    }

    private void Visit(GraphNode node, bool keepGraph)
    {
        foreach (var output in node.Outputs)
        {
            if (output.Gradient is not null)
                output.RunHooks();
        }

        if (Array.Exists(node.Outputs, output => output.Gradient is not null))
        {
            using var temporaries = Device.Scope();
            node.Backward(new BackwardContext(Device, node));
            if (DetectsAnomalies)
                AnomalyDetector.CheckBackward(node);
        }

        if (keepGraph)
            node.ReleaseTemporaries();
        else
            node.Release();
    }

    /// <summary>The leaves whose gradients someone wants to see, once each.</summary>
    private IEnumerable<GraphValue> WatchedLeaves() =>
        nodes.SelectMany(node => node.Inputs).OfType<GraphValue>().Where(value => value is { Leaf.Grad: not null, Hooks.Count: > 0 }).Distinct();
}
