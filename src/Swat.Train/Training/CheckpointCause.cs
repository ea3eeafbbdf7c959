namespace Swat.Train.Training;

/// <summary>Why the training loop asks for a checkpoint.</summary>
/// <param name="ValidationLoss">Of the weights as they are, in nats a token; null if it was not just measured.</param>
/// <param name="IsDue">Whether an interval has passed or the run ends; else the validation loss is the lowest so far.</param>
public readonly record struct CheckpointCause(double? ValidationLoss, bool IsDue);
