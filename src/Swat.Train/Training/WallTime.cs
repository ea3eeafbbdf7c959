using System.Diagnostics;

namespace Swat.Train.Training;

/// <summary>What the wall time of a training loop went to.</summary>
public sealed class WallTime
{
    private readonly long started = Stopwatch.GetTimestamp();
    private TimeSpan busy;
    private TimeSpan idle;
    private TimeSpan? stopped;

    /// <summary>From the beginning to the end of the loop, or to now.</summary>
    public TimeSpan Total => stopped ?? Stopwatch.GetElapsedTime(started);

    /// <summary>Checkpoints that were kept.</summary>
    public int Checkpoints { get; private set; }

    /// <summary>In which the training thread did nothing but keep checkpoints: copies, or waits for the disk.</summary>
    public TimeSpan Checkpointing { get; private set; }

    /// <summary>In which the model was validated.</summary>
    public TimeSpan Validating { get; private set; }

    /// <summary>
    /// Part of the time that the device spent on steps, 0 to 1, where one step followed the other without a checkpoint or a validation between;
    /// null if that was not measured.
    /// </summary>
    public double? BusyShare => busy + idle > TimeSpan.Zero ? busy / (busy + idle) : null;

    /// <summary>Counts a step that followed another one directly.</summary>
    public void Add(StepTime step)
    {
        if (step.Idle is not { } before)
            return;
        busy += step.Busy;
        idle += before;
    }

    /// <summary>Runs <paramref name="keep"/>, which keeps a checkpoint, and counts its time.</summary>
    /// <returns>That time.</returns>
    public TimeSpan Checkpoint(Action keep)
    {
        var since = Stopwatch.GetTimestamp();
        keep();
        var time = Stopwatch.GetElapsedTime(since);
        Checkpoints++;
        Checkpointing += time;
        return time;
    }

    /// <summary>Runs <paramref name="validate"/> and counts its time.</summary>
    public T Validate<T>(Func<T> validate)
    {
        var since = Stopwatch.GetTimestamp();
        var result = validate();
        Validating += Stopwatch.GetElapsedTime(since);
        return result;
    }

    /// <summary>Ends <see cref="Total"/>.</summary>
    public void Stop() => stopped ??= Stopwatch.GetElapsedTime(started);

    /// <summary>
    /// For example <c>3:12 of training: GPU busy 99.41 % between checkpoints and validations, 12 checkpoints held it up for 0.52 s (0.27 %),
    /// validation for 4.10 s (2.14 %)</c>.
    /// </summary>
    public override string ToString()
    {
        var gpu = BusyShare is { } share ? FormattableString.Invariant($"GPU busy {100 * share:F2} % between checkpoints and validations, ") : "";
        var count = Checkpoints == 1 ? "1 checkpoint held it up for" : $"{Checkpoints} checkpoints held it up for";
        return $"{ReportFormat.Time(Total)} of training: {gpu}{count} {Part(Checkpointing)}, validation for {Part(Validating)}";
    }

    private string Part(TimeSpan time) =>
        FormattableString.Invariant($"{time.TotalSeconds:F2} s ({(Total > TimeSpan.Zero ? 100 * (time / Total) : 0):F2} %)");
}
