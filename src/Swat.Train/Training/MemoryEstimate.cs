using Swat.Model;
using Swat.Tensors.Ops;

namespace Swat.Train.Training;

/// <summary>Bytes that a training step takes on the device, by what they are for.</summary>
/// <param name="Weights">Parameters in float32.</param>
/// <param name="Gradients">One number for each parameter.</param>
/// <param name="Optimizer">AdamW's two means.</param>
/// <param name="ActivationsPerSequence">What the forward pass of one sequence makes and the backward pass needs.</param>
/// <param name="Workspace">Logits of the rows that the loss works on, the gradient of the output matrix, weights rounded for 16-bit products.</param>
/// <param name="Batch">Sequences that pass through the model together.</param>
public sealed record MemoryEstimate(long Weights, long Gradients, long Optimizer, long ActivationsPerSequence, long Workspace, int Batch)
{
    /// <summary>Part of a device's memory that tensors can have: the rest is the driver's and lost between blocks.</summary>
    private const double UsableFraction = 0.92;

    public long Activations => ActivationsPerSequence * Batch;

    public long Total => Weights + Gradients + Optimizer + Activations + Workspace;

    /// <summary>For batches of <paramref name="batch"/> sequences of <paramref name="length"/> tokens.</summary>
    public static MemoryEstimate Create(SwatConfig model, int batch, int length, ComputeFormat format, RecomputationPolicy recomputation)
    {
        const int Single = sizeof(float);
        var element = format == ComputeFormat.Float32 ? Single : sizeof(ushort);
        var parameters = model.ParameterCount();
        var table = (long)model.VocabSize * model.HiddenSize;

        // A layer keeps, for each token: the sums and outputs of its two norms; queries, keys and values; the attention's output; the
        // feed-forward layer's gate, up and product. One layer at a time has as much again in gradients and what passes through.
        long width = model.HiddenSize;
        var joined = width + 2L * model.KvHeads * model.HeadDim;
        var layer = 5 * width + joined + 3L * model.FeedForwardSize;
        var kept = recomputation switch
        {
            RecomputationPolicy.Layers => width,
            RecomputationPolicy.Norms => layer - 2 * width - model.FeedForwardSize,
            _ => layer,
        };
        var sequence = element * length * (model.NumLayers * kept + layer + 3 * width);

        var rows = Math.Min((long)batch * length, LinearCrossEntropyOp.DefaultChunkRows);
        var rounded = format == ComputeFormat.Float32 ? 0 : element * parameters;
        return new(Single * parameters, Single * parameters, 2 * Single * parameters, sequence, rounded + rows * model.VocabSize * element + Single * table, batch);
    }

    /// <summary>The most sequences that a device of <paramref name="memory"/> bytes takes together; 0 where not even one fits.</summary>
    public long LargestBatch(long memory) =>
        Math.Max(0, (long)((memory * UsableFraction - (Total - Activations)) / ActivationsPerSequence));

    public override string ToString() =>
        $"about {ReportFormat.Bytes(Total)}: weights {ReportFormat.Bytes(Weights)}, gradients {ReportFormat.Bytes(Gradients)}, optimizer {ReportFormat.Bytes(Optimizer)}, activations {ReportFormat.Bytes(Activations)}, workspace {ReportFormat.Bytes(Workspace)}";
}
