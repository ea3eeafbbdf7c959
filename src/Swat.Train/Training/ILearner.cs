using Swat.Train.Data;

namespace Swat.Train.Training;

/// <summary>A model that learns from batches: what the training loop needs to know of it.</summary>
public interface ILearner
{
    /// <summary>Bytes in use on the device, or by the process where the device is the CPU.</summary>
    long MemoryInUse { get; }

    /// <summary>
    /// Learns from <paramref name="batch"/> with AdamW at <paramref name="learningRate"/>; nothing if the loss or the gradient is not finite.
    /// </summary>
    StepResult Step(Batch batch, double learningRate);

    /// <summary>Mean cross entropy over the tokens of <paramref name="batch"/>, in nats a token; learns nothing.</summary>
    double Evaluate(Batch batch);
}
