using Swat.Model;

namespace Swat.Train.Training;

/// <summary>Bytes that a training step of float32 tensors takes on the device, by what they are for.</summary>
/// <param name="Weights">Parameters.</param>
/// <param name="Gradients">One number for each parameter.</param>
/// <param name="Optimizer">AdamW's two means.</param>
/// <param name="Activations">What the forward pass keeps for the backward pass, and the logits with their gradient.</param>
public sealed record MemoryEstimate(long Weights, long Gradients, long Optimizer, long Activations)
{
    private const int Element = sizeof(float);

    public long Total => Weights + Gradients + Optimizer + Activations;

    /// <summary>For a batch of that many sequences of that many tokens.</summary>
    public static MemoryEstimate Create(SwatConfig model, int batch, int length)
    {
        var parameters = Element * model.ParameterCount();

        // A layer keeps, for each token: the inputs of its two norms, their outputs, the attention's output; queries, keys and values; the
        // feed-forward layer's gate, up and product.
        long width = model.HiddenSize;
        long keys = (long)model.KvHeads * model.HeadDim;
        var perLayer = 5 * width + (width + 2 * keys) + 3L * model.FeedForwardSize;
        var perToken = model.NumLayers * perLayer + 2 * width + 2L * model.VocabSize;
        return new(parameters, parameters, 2 * parameters, Element * perToken * batch * length);
    }

    public override string ToString() =>
        $"about {ReportFormat.Bytes(Total)}: weights {ReportFormat.Bytes(Weights)}, gradients {ReportFormat.Bytes(Gradients)}, optimizer {ReportFormat.Bytes(Optimizer)}, activations {ReportFormat.Bytes(Activations)}";
}
