using System.Globalization;

namespace Swat.Train.Training;

/// <summary>How figures of a run are written for people, the same in every culture.</summary>
public static class ReportFormat
{
    /// <summary>The report in one line.</summary>
    public static string Line(StepReport report)
    {
        var digits = report.Steps.ToString(CultureInfo.InvariantCulture).Length;
        var step = report.Step.ToString(CultureInfo.InvariantCulture).PadLeft(digits);
        return FormattableString.Invariant(
            $"step {step}/{report.Steps}  loss {report.Loss:F4}  smoothed {report.SmoothedLoss:F4}  grad {report.GradientNorm:F2}  lr {report.LearningRate:0.00e-0}  {report.TokensPerSecond:N0} tok/s{Utilisation(report)}  {Bytes(report.Memory)}  {Time(report.Remaining)} left");
    }

    private static string Utilisation(StepReport report) =>
        report.Utilisation is { } part ? FormattableString.Invariant($"  MFU {100 * part:F1} %") : string.Empty;

    /// <summary>Bytes in the largest binary unit that keeps the number at or above 1.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        var unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return FormattableString.Invariant($"{(value < 10 && unit > 0 ? Math.Round(value, 1) : Math.Round(value))} {units[unit]}");
    }

    /// <summary>A count with a decimal unit, such as 1.05 M.</summary>
    public static string Count(long count) => count switch
    {
        >= 1_000_000_000 => FormattableString.Invariant($"{count / 1e9:0.##} G"),
        >= 1_000_000 => FormattableString.Invariant($"{count / 1e6:0.##} M"),
        >= 10_000 => FormattableString.Invariant($"{count / 1e3:0.#} k"),
        _ => count.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Hours, minutes and seconds as h:mm:ss, without the hours when there are none.</summary>
    public static string Time(TimeSpan time) => time.TotalHours >= 1
        ? FormattableString.Invariant($"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : FormattableString.Invariant($"{time.Minutes}:{time.Seconds:00}");
}
