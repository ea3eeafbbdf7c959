namespace Swat.Train.Training;

/// <summary>What a training loop is to do.</summary>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Batch">Sequences in a batch.</param>
/// <param name="Length">Tokens in a sequence.</param>
/// <param name="BatchesPerStep">Batches whose gradients add up to that of one step.</param>
/// <param name="Schedule">Learning rate of each step.</param>
/// <param name="ValidateEvery">Steps between validations; 0 for before and after alone.</param>
/// <param name="CheckpointEvery">Steps between checkpoints; 0 for none but by time, by validation loss and at the end.</param>
/// <param name="CheckpointInterval">Longest time between checkpoints.</param>
/// <param name="MaxSkippedSteps">Steps in a row with a loss or gradient that is not finite, after which the run stops.</param>
/// <param name="DetectAnomaly">Whether such a step is computed again to find what makes it so; then no step begins before the last one is done.</param>
public sealed record TrainerPlan(
    int Steps,
    int Batch,
    int Length,
    int BatchesPerStep,
    LearningRateSchedule Schedule,
    int ValidateEvery,
    int CheckpointEvery,
    TimeSpan CheckpointInterval,
    int MaxSkippedSteps,
    bool DetectAnomaly = false)
{
    /// <summary>Tokens that a step learns from.</summary>
    public long TokensPerStep => (long)Batch * Length * BatchesPerStep;

    /// <summary>Tokens a second at which the model's arithmetic would take all that the device can do; null if that is not known.</summary>
    public double? PeakTokensPerSecond { get; init; }
}
