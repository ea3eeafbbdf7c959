using Swat.Tensors;
using Swat.Train.Data;

namespace Swat.Train.Training;

/// <summary>A step of a learner, recorded for batches of one shape, that runs again as one piece of the device's work.</summary>
internal sealed class RecordedStep : IDisposable
{
    private readonly (Tensor Tokens, Tensor Targets)[] inputs;
    private readonly DeviceGraph graph;
    private readonly Tensor result;

    private RecordedStep((Tensor Tokens, Tensor Targets)[] inputs, DeviceGraph graph, Tensor result)
    {
        this.inputs = inputs;
        this.graph = graph;
        this.result = result;
    }

    /// <summary>Records a step; its kernels must have run before.</summary>
    /// <param name="device">Of the learner.</param>
    /// <param name="batches">Of the shape to record for.</param>
    /// <param name="step">Launches the step on tokens and targets and returns its numbers.</param>
    /// <returns>null where the device records nothing.</returns>
    public static RecordedStep? TryCreate(
        TensorDevice device, IReadOnlyList<Batch> batches, Func<IReadOnlyList<(Tensor Tokens, Tensor Targets)>, Tensor> step)
    {
        (Tensor Tokens, Tensor Targets)[] inputs =
        [
            .. batches.Select(batch => (
                MemoryScope.Keep(Tensor.Empty(device, [batch.Sequences, batch.Length], DType.Int32)),
                MemoryScope.Keep(Tensor.Empty(device, [batch.Sequences, batch.Length], DType.Int32)))),
        ];
        Tensor? result = null;
        var graph = device.TryRecord(() => result = MemoryScope.Keep(step(inputs)));
        if (graph is not null)
            return new(inputs, graph, result!);
        Free(inputs);
        return null;
    }

    /// <summary>Whether it was recorded for batches like these.</summary>
    public bool Fits(IReadOnlyList<Batch> batches) =>
        batches.Count == inputs.Length
        && batches.Zip(inputs).All(pair => pair.Second.Tokens.Shape == new Shape(pair.First.Sequences, pair.First.Length));

    /// <summary>Enqueues the step on these batches, and the reading of its numbers.</summary>
    public PendingRead Run(IReadOnlyList<Batch> batches)
    {
        foreach (var (batch, (tokens, targets)) in batches.Zip(inputs))
        {
            tokens.CopyFrom(batch.Inputs);
            targets.CopyFrom(batch.Targets);
        }

        graph.Launch();
        return result.BeginRead();
    }

    public void Dispose()
    {
        result.Dispose();
        graph.Dispose();
        Free(inputs);
    }

    private static void Free(IEnumerable<(Tensor Tokens, Tensor Targets)> inputs)
    {
        foreach (var (tokens, targets) in inputs)
        {
            tokens.Dispose();
            targets.Dispose();
        }
    }
}
