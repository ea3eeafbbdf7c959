namespace Swat.Bench.Engine;

/// <summary>One measured figure.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Seconds">Median time of one run.</param>
/// <param name="Rate">Work done a second, in <paramref name="Unit"/>.</param>
/// <param name="Unit">GB/s, TFLOP/s …</param>
/// <param name="Note">What it should be compared with, or how exact the result was.</param>
internal sealed record BenchRow(string Name, double Seconds, double Rate, string Unit, string Note = "")
{
    public override string ToString() => $"{Name,-44} {1e6 * Seconds,12:F1} us {Rate,10:F1} {Unit,-8} {Note}";
}
