namespace Swat.Train.Training;

/// <summary>
/// Checkpoints on their way to the disk, written one at a time on a thread of their own. At most one that is due is in it, written or
/// waiting, so that training never runs further ahead of the disk than one interval; it is written before one that has but the lowest
/// validation loss. Of the latter, the best waits and the others are given up: they never hold up training.
/// Used from one thread.
/// </summary>
public sealed class CheckpointQueue : IDisposable
{
    private readonly Lock gate = new();
    private CheckpointJob? due;
    private CheckpointJob? best;
    private bool isWriting;
    private Task writing = Task.CompletedTask;
    private Task lastDue = Task.CompletedTask;

    /// <summary>Returns when the checkpoint that was due before is written: until then, no other one that is due can be added.</summary>
    public void WaitForDue() => lastDue.GetAwaiter().GetResult();

    /// <summary>Adds a checkpoint and returns at once.</summary>
    /// <exception cref="InvalidOperationException">It is due, and the one before is not written yet.</exception>
    public void Add(CheckpointJob job)
    {
        if (job.Cause.IsDue && !lastDue.IsCompleted)
            throw new InvalidOperationException($"a checkpoint that was due is not written yet; call {nameof(WaitForDue)} first");
        CheckpointJob? surpassed = null;
        lock (gate)
        {
            if (best is { } waiting && job.Cause.ValidationLoss <= waiting.Cause.ValidationLoss)
                (surpassed, best) = (waiting, null);
            if (job.Cause.IsDue)
                (due, lastDue) = (job, job.Written.Task);
            else
                best = job;
            if (!isWriting)
            {
                isWriting = true;
                writing = Task.Run(WriteAll);
            }
        }

        surpassed?.Abandon();
    }

    /// <summary>Waits until everything is written; throws what writing threw.</summary>
    public void Wait() => writing.GetAwaiter().GetResult();

    public void Dispose() => Wait();

    private void WriteAll()
    {
        while (Next() is { } job)
        {
            try
            {
                job.Write();
                job.Written.SetResult();
            }
            catch (Exception exception)
            {
                // Nothing more is written, and whoever waits is told.
                job.Written.SetException(exception);
                throw;
            }
        }
    }

    private CheckpointJob? Next()
    {
        lock (gate)
        {
            var next = due ?? best;
            if (due is not null)
                due = null;
            else
                best = null;
            isWriting = next is not null;
            return next;
        }
    }
}
