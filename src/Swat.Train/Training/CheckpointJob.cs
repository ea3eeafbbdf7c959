namespace Swat.Train.Training;

/// <summary>A checkpoint that has been copied and is to be written.</summary>
/// <param name="Cause">Why it is kept.</param>
/// <param name="Write">Writes it; called at most once, on a thread of the pool.</param>
/// <param name="Abandon">Gives it up, where a newer one takes its place before it is written.</param>
public sealed record CheckpointJob(CheckpointCause Cause, Action Write, Action Abandon)
{
    /// <summary>Completes when the job was written.</summary>
    internal TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
