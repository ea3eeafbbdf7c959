namespace Swat.Bench.Reporting;

/// <summary>One measured figure.</summary>
/// <param name="Name">What was measured: operation, shape, type.</param>
/// <param name="Time">Of one run.</param>
/// <param name="Rate">Work done a second at the median time, in <paramref name="Unit"/>.</param>
/// <param name="Unit">GB/s, TFLOP/s …</param>
/// <param name="Note">What it should be compared with, or how exact the result was.</param>
/// <param name="Speedup">The peer's median time for the same work divided by ours; null without a peer.</param>
internal sealed record BenchRow(string Name, Timing Time, double Rate, string Unit, string Note = "", double? Speedup = null)
{
    public override string ToString()
    {
        var speedup = Speedup is { } factor ? $"{factor,6:F2} x peer " : string.Empty;
        return $"{Name,-48} {1e3 * Time.Median,11:F4} ms {Rate,10:F1} {Unit,-8} {speedup} {Note}".TrimEnd();
    }
}
