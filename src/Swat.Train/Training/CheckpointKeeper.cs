using Swat.Model;
using Swat.Model.Tokenizers;

namespace Swat.Train.Training;

/// <summary>
/// Copies a run's checkpoints, has them written while training goes on, and keeps the newest ones and the one with the lowest validation
/// loss. A checkpoint that cannot be written is reported and costs the run nothing but itself.
/// </summary>
public sealed class CheckpointKeeper : IDisposable
{
    private readonly string folder;
    private readonly ITokenizer tokenizer;
    private readonly int keep;
    private readonly Action<string> report;
    private readonly CheckpointQueue queue = new();
    private readonly List<string> passedOver;
    private int newestStep;
    private int problemStep;

    /// <param name="folder">Folder of the run.</param>
    /// <param name="tokenizer">Written into each checkpoint.</param>
    /// <param name="keep">Newest checkpoints to keep.</param>
    /// <param name="firstStep">Step of the checkpoint that the run continues from; later ones are damaged. 0 for a new run.</param>
    /// <param name="report">Tells the user of a checkpoint that could not be written.</param>
    public CheckpointKeeper(string folder, ITokenizer tokenizer, int keep, int firstStep, Action<string> report)
    {
        this.folder = folder;
        this.tokenizer = tokenizer;
        this.keep = keep;
        this.report = report;
        CheckpointFolder.DeleteRemains(folder);
        passedOver = [.. CheckpointFolder.List(folder).Where(found => found.Step > firstStep).Select(found => found.Path)];
    }

    /// <summary>The newest checkpoint of this run that is complete; null before the first.</summary>
    public string? Newest { get; private set; }

    /// <summary>Why the latest checkpoint could not be written; null when it could.</summary>
    public Exception? Problem { get; private set; }

    /// <summary>
    /// Copies the learner and returns while the copy is being written. One that is due waits first until the one that was due before is
    /// written.
    /// </summary>
    public void Write(SwatLearner learner, TrainingState state, CheckpointCause cause)
    {
        if (cause.IsDue)
            queue.WaitForDue();
        var snapshot = TrainingSnapshot.Capture(learner);
        queue.Add(new(cause, () => Write(snapshot, state), snapshot.Dispose));
    }

    /// <summary>Waits until every checkpoint is complete.</summary>
    public void Wait() => queue.Wait();

    public void Dispose() => queue.Dispose();

    /// <summary>The lowest validation loss that a run's checkpoints have up to a step; infinity when none has any.</summary>
    public static double LowestLoss(string run, int lastStep) => CheckpointFolder.List(run)
        .Where(found => found.Step <= lastStep)
        .Select(found => ValidationLoss(found.Path) ?? double.PositiveInfinity)
        .DefaultIfEmpty(double.PositiveInfinity)
        .Min();

    private void Write(TrainingSnapshot snapshot, TrainingState state)
    {
        using var written = snapshot;
        try
        {
            var path = CheckpointFolder.Write(folder, state.Step, into => snapshot.Save(into, tokenizer, state));
            // One that was due can have overtaken this one.
            if (state.Step >= newestStep)
                (Newest, newestStep) = (path, state.Step);
            if (state.Step >= problemStep)
                Problem = null;
            DeleteOld(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (state.Step >= newestStep)
                (Problem, problemStep) = (exception, state.Step);
            report($"the checkpoint of step {state.Step} could not be written: {exception.Message}");
        }
    }

    private void DeleteOld(string written)
    {
        // They count as newest by their number alone, and would outlive the whole ones that the run writes now.
        foreach (var path in passedOver.Where(path => path != written))
            CheckpointFolder.Delete(path);
        passedOver.Clear();
        var all = CheckpointFolder.List(folder).Select(found => found.Path).ToArray();
        var best = all.Where(path => ValidationLoss(path) is not null).MinBy(ValidationLoss);
        foreach (var path in all.SkipLast(keep))
        {
            if (path != best)
                CheckpointFolder.Delete(path);
        }
    }

    // A checkpoint that cannot be read counts as one without a loss.
    private static double? ValidationLoss(string checkpoint)
    {
        try
        {
            return TrainingCheckpoint.LoadState(checkpoint).ValidationLoss;
        }
        catch (ModelFormatException)
        {
            return null;
        }
    }
}
