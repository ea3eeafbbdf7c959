using System.Buffers;
using System.Text;
using System.Text.Json;
using Swat.Model.IO;
using Swat.Train.Training;

namespace Swat.Train.Logging;

/// <summary>
/// metrics.jsonl: one JSON object a line. A step's line has step, loss, smoothed_loss, gradient_norm, learning_rate, tokens,
/// tokens_per_second, mfu where the device is known, gpu_busy (0 to 1) where it was measured, and memory (bytes); a validation's has step and
/// validation_loss; a checkpoint's has step and checkpoint_seconds, for which it held up training. Losses are in nats a token; a number that is
/// not finite is written as null.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    private readonly RecordFile file;
    private readonly ArrayBufferWriter<byte> line = new();

    private MetricsLog(RecordFile file) => this.file = file;

    /// <summary>
    /// Continues the file after the lines of step <paramref name="lastStep"/>. Those of later steps, which a run that was killed wrote after
    /// its last checkpoint and which are now taken again, are removed, as is a line cut short.
    /// </summary>
    public static MetricsLog Open(string path, int lastStep)
    {
        if (File.Exists(path))
        {
            var lines = File.ReadAllLines(path);
            var kept = lines.Where(line => StepOf(line) <= lastStep).ToArray();
            if (kept.Length < lines.Length)
                AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(kept.Select(line => line + "\n"))));
        }

        return new(new RecordFile(path, FileMode.OpenOrCreate));
    }

    public void Write(StepReport report) => WriteLine(writer =>
    {
        writer.WriteNumber("step", report.Step);
        WriteNumber(writer, "loss", report.Loss);
        WriteNumber(writer, "smoothed_loss", report.SmoothedLoss);
        WriteNumber(writer, "gradient_norm", report.GradientNorm);
        WriteNumber(writer, "learning_rate", report.LearningRate);
        writer.WriteNumber("tokens", report.Tokens);
        WriteNumber(writer, "tokens_per_second", Math.Round(report.TokensPerSecond, 1));
        if (report.Utilisation is { } part)
            WriteNumber(writer, "mfu", Math.Round(part, 4));
        if (report.BusyShare is { } busy)
            WriteNumber(writer, "gpu_busy", Math.Round(busy, 4));
        writer.WriteNumber("memory", report.Memory);
    });

    public void WriteValidation(int step, double loss) => WriteLine(writer =>
    {
        writer.WriteNumber("step", step);
        WriteNumber(writer, "validation_loss", loss);
    });

    public void WriteCheckpoint(int step, TimeSpan time) => WriteLine(writer =>
    {
        writer.WriteNumber("step", step);
        WriteNumber(writer, "checkpoint_seconds", Math.Round(time.TotalSeconds, 4));
    });

    public void Dispose() => file.Dispose();

    private static int StepOf(string line)
    {
        try
        {
            using var record = JsonDocument.Parse(line);
            return record.RootElement.GetProperty("step").GetInt32();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return int.MaxValue;
        }
    }

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
        file.Append(line.WrittenSpan);
    }
}
