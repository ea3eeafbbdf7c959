using Swat.Train.Training;

namespace Swat.Train.Logging;

/// <summary>What a run leaves behind for later: every figure in metrics.jsonl, and the same for TensorBoard.</summary>
public sealed class RunLog : IDisposable
{
    public const string MetricsFile = "metrics.jsonl";

    private readonly MetricsLog? metrics;
    private readonly TensorBoardLog? tensorBoard;

    private RunLog(MetricsLog? metrics, TensorBoardLog? tensorBoard)
    {
        this.metrics = metrics;
        this.tensorBoard = tensorBoard;
    }

    /// <summary>Opens the logs of a run; one that continues adds to its own.</summary>
    public static RunLog Open(string folder) =>
        new(MetricsLog.Open(Path.Combine(folder, MetricsFile)), TensorBoardLog.Create(folder, DateTimeOffset.UtcNow));

    /// <summary>A log that keeps nothing.</summary>
    public static RunLog None() => new(null, null);

    public void Write(StepReport report)
    {
        metrics?.Write(report);
        tensorBoard?.Write(
            report.Step,
            DateTimeOffset.UtcNow,
            ("loss/train", report.Loss),
            ("gradient_norm", report.GradientNorm),
            ("learning_rate", report.LearningRate),
            ("tokens_per_second", report.TokensPerSecond),
            ("memory_bytes", report.Memory));
    }

    /// <param name="step">Steps done.</param>
    /// <param name="loss">Mean cross entropy on the validation part, in nats a token.</param>
    public void WriteValidation(int step, double loss)
    {
        metrics?.WriteValidation(step, loss);
        tensorBoard?.Write(step, DateTimeOffset.UtcNow, ("loss/validation", loss));
    }

    public void Dispose()
    {
        metrics?.Dispose();
        tensorBoard?.Dispose();
    }
}
