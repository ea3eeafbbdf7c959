namespace Swat.Train.Training;

/// <summary>When the device computed a step, by its own clock.</summary>
/// <param name="Busy">From the step's first operation to its last.</param>
/// <param name="Idle">Between the last operation of the step before and the first of this one; null for the first step.</param>
public readonly record struct StepTime(TimeSpan Busy, TimeSpan? Idle)
{
    /// <summary>Part of the time since the step before that the device spent on this one, 0 to 1; null for the first step.</summary>
    public double? BusyShare => Idle is { } idle && Busy + idle > TimeSpan.Zero ? Busy / (Busy + idle) : null;
}
