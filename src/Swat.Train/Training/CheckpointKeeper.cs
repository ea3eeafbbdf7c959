using Swat.Model;
using Swat.Model.Tokenizers;

namespace Swat.Train.Training;

/// <summary>
/// Writes a run's checkpoints on a thread of its own, one at a time, and keeps the newest ones and the one with the lowest validation
/// loss. A checkpoint that cannot be written is reported and costs the run nothing but itself.
/// </summary>
public sealed class CheckpointKeeper : IDisposable
{
    private readonly string folder;
    private readonly ITokenizer tokenizer;
    private readonly int keep;
    private readonly Action<string> report;
    private Task writing = Task.CompletedTask;

    /// <param name="folder">Folder of the run.</param>
    /// <param name="tokenizer">Written into each checkpoint.</param>
    /// <param name="keep">Newest checkpoints to keep.</param>
    /// <param name="report">Tells the user of a checkpoint that could not be written.</param>
    public CheckpointKeeper(string folder, ITokenizer tokenizer, int keep, Action<string> report)
    {
        this.folder = folder;
        this.tokenizer = tokenizer;
        this.keep = keep;
        this.report = report;
    }

    /// <summary>The newest checkpoint of this run that is complete; null before the first.</summary>
    public string? Newest { get; private set; }

    /// <summary>Why the latest checkpoint could not be written; null when it could.</summary>
    public Exception? Problem { get; private set; }

    /// <summary>Copies the learner, once the checkpoint before is written, and returns while the copy is being written.</summary>
    public void Write(SwatLearner learner, TrainingState state)
    {
        writing.GetAwaiter().GetResult();
        var snapshot = TrainingSnapshot.Capture(learner);
        writing = Task.Run(() => Write(snapshot, state));
    }

    /// <summary>Waits until the checkpoint that is being written is complete.</summary>
    public void Wait() => writing.GetAwaiter().GetResult();

    public void Dispose() => writing.GetAwaiter().GetResult();

    /// <summary>The lowest validation loss that a run's checkpoints have; infinity when none has any.</summary>
    public static double LowestLoss(string run) => CheckpointFolder.List(run)
        .Select(found => ValidationLoss(found.Path) ?? double.PositiveInfinity)
        .DefaultIfEmpty(double.PositiveInfinity)
        .Min();

    private void Write(TrainingSnapshot snapshot, TrainingState state)
    {
        using var written = snapshot;
        try
        {
            Newest = CheckpointFolder.Write(folder, state.Step, into => snapshot.Save(into, tokenizer, state));
            Problem = null;
            DeleteOld();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Problem = exception;
            report($"the checkpoint of step {state.Step} could not be written: {exception.Message}");
        }
    }

    private void DeleteOld()
    {
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
