namespace Swat.Train.Training;

/// <summary>Where a run stands after a step.</summary>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Loss">Mean cross entropy of the step's batch, in nats a token.</param>
/// <param name="SmoothedLoss">Running mean of the losses.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="LearningRate">Rate of the step.</param>
/// <param name="Tokens">Tokens trained on so far.</param>
/// <param name="TokensPerSecond">Tokens a second over the last steps.</param>
/// <param name="Utilisation">Part of the device's peak rate that the arithmetic of the model makes up; null if the peak is not known.</param>
/// <param name="Memory">Bytes in use.</param>
/// <param name="Remaining">Estimated time to the last step.</param>
public sealed record StepReport(
    int Step,
    int Steps,
    double Loss,
    double SmoothedLoss,
    double GradientNorm,
    double LearningRate,
    long Tokens,
    double TokensPerSecond,
    double? Utilisation,
    long Memory,
    TimeSpan Remaining)
{
    /// <summary>
    /// Part of the time since the step before that the device spent on this one, 0 to 1; null if that was not measured, or if a checkpoint or
    /// a validation came between.
    /// </summary>
    public double? BusyShare { get; init; }
}
