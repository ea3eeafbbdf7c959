using Swat.Train.Training;

namespace Swat.Train.Logging;

/// <summary>What a run leaves behind for later: every figure in metrics.jsonl, and the same for TensorBoard.</summary>
public sealed class RunLog : IDisposable
{
    public const string MetricsFile = "metrics.jsonl";

    private readonly MetricsLog? metrics;
    private readonly TensorBoardLog? tensorBoard;
    private readonly Action<string> warn;
    private bool hasWarned;

    private RunLog(MetricsLog? metrics, TensorBoardLog? tensorBoard, Action<string> warn)
    {
        this.metrics = metrics;
        this.tensorBoard = tensorBoard;
        this.warn = warn;
    }

    /// <summary>Opens the logs of a run; one that continues adds to its own. A figure that cannot be written is lost, and the run goes on.</summary>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="lastStep">Steps done before; what the logs say of later ones is taken back.</param>
    /// <param name="warn">Tells the user, once, that figures are lost.</param>
    public static RunLog Open(string folder, int lastStep, Action<string> warn) => new(
        MetricsLog.Open(Path.Combine(folder, MetricsFile), lastStep), TensorBoardLog.Create(folder, lastStep, DateTimeOffset.UtcNow), warn);

    /// <summary>A log that keeps nothing.</summary>
    public static RunLog None() => new(null, null, _ => { });

    public void Write(StepReport report) => Try(() =>
    {
        metrics?.Write(report);
        (string, double)[] busy = report.BusyShare is { } share ? [("gpu_busy", share)] : [];
        tensorBoard?.Write(
            report.Step,
            DateTimeOffset.UtcNow,
            [
                ("loss/train", report.Loss),
                ("gradient_norm", report.GradientNorm),
                ("learning_rate", report.LearningRate),
                ("tokens_per_second", report.TokensPerSecond),
                ("memory_bytes", report.Memory),
                .. busy,
            ]);
    });

    /// <param name="step">Steps done.</param>
    /// <param name="loss">Mean cross entropy on the validation part, in nats a token.</param>
    public void WriteValidation(int step, double loss) => Try(() =>
    {
        metrics?.WriteValidation(step, loss);
        tensorBoard?.Write(step, DateTimeOffset.UtcNow, ("loss/validation", loss));
    });

    /// <param name="step">Steps done.</param>
    /// <param name="time">For which keeping the checkpoint held up training.</param>
    public void WriteCheckpoint(int step, TimeSpan time) => Try(() =>
    {
        metrics?.WriteCheckpoint(step, time);
        tensorBoard?.Write(step, DateTimeOffset.UtcNow, ("checkpoint_seconds", time.TotalSeconds));
    });

    public void Dispose()
    {
        metrics?.Dispose();
        tensorBoard?.Dispose();
    }

    private void Try(Action write)
    {
        try
        {
            write();
            hasWarned = false;
        }
        catch (IOException exception)
        {
            if (!hasWarned)
                warn($"the log could not be written: {exception.Message}; training goes on without it");
            hasWarned = true;
        }
    }
}
