using System.Buffers;
using System.Text.Json;
using Swat.Train.Training;

namespace Swat.Train.Logging;

/// <summary>
/// metrics.jsonl: one JSON object a line. A step's line has step, loss, smoothed_loss, gradient_norm, learning_rate, tokens,
/// tokens_per_second and memory (bytes); a validation's has step and validation_loss. Losses are in nats a token; a number that
/// is not finite is written as null.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    private readonly FileStream file;
    private readonly ArrayBufferWriter<byte> line = new();

    private MetricsLog(FileStream file) => this.file = file;

    /// <summary>Appends to the file, so that a run that continues keeps its history.</summary>
    public static MetricsLog Open(string path) => new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 1));

    public void Write(StepReport report) => WriteLine(writer =>
    {
        writer.WriteNumber("step", report.Step);
        WriteNumber(writer, "loss", report.Loss);
        WriteNumber(writer, "smoothed_loss", report.SmoothedLoss);
        WriteNumber(writer, "gradient_norm", report.GradientNorm);
        WriteNumber(writer, "learning_rate", report.LearningRate);
        writer.WriteNumber("tokens", report.Tokens);
        WriteNumber(writer, "tokens_per_second", Math.Round(report.TokensPerSecond, 1));
        writer.WriteNumber("memory", report.Memory);
    });

    public void WriteValidation(int step, double loss) => WriteLine(writer =>
    {
        writer.WriteNumber("step", step);
        WriteNumber(writer, "validation_loss", loss);
    });

    public void Dispose() => file.Dispose();

    private static void WriteNumber(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value))
            writer.WriteNumber(name, value);
        else
            writer.WriteNull(name);
    }

    private void WriteLine(Action<Utf8JsonWriter> fields)
    {
        line.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        file.Write(line.WrittenSpan);
    }
}
