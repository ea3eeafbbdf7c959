using Swat.Train.Data;

namespace Swat.Train.Training;

/// <summary>A model that learns from batches: what the training loop needs to know of it.</summary>
public interface ILearner
{
    /// <summary>Bytes in use on the device, or by the process where the device is the CPU.</summary>
    long MemoryInUse { get; }

    /// <summary>
    /// One step of AdamW at <paramref name="learningRate"/> from the mean loss of the batches, which pass through the model one after the
    /// other; nothing is learned if the loss or the gradient is not finite. Returns when the device has been told what to do; the batches
    /// can be refilled then.
    /// </summary>
    /// <param name="microBatches">At least one; each counts alike.</param>
    /// <param name="learningRate">Of this step.</param>
    PendingStep Step(IReadOnlyList<Batch> microBatches, double learningRate);

    /// <summary>
    /// What makes the loss or the gradient of these batches not finite, for a step that was skipped: the first operation whose result is not.
    /// Null where everything is finite. Slow; learns nothing.
    /// </summary>
    string? FindAnomaly(IReadOnlyList<Batch> microBatches);

    /// <summary>Mean cross entropy over the tokens of <paramref name="batch"/>, in nats a token; learns nothing.</summary>
    double Evaluate(Batch batch);
}
