namespace Swat.Bench.Reporting;

/// <summary>Seconds of one run, over the samples taken.</summary>
internal readonly record struct Timing(double Minimum, double Median, double Maximum)
{
    public static Timing Of(IEnumerable<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return new(sorted[0], sorted[sorted.Length / 2], sorted[^1]);
    }

    /// <summary>A figure of which the median alone is known.</summary>
    public static implicit operator Timing(double median) => new(median, median, median);
}
