namespace Swat.Tensors.Profiling;

/// <summary>What the launches of one kernel took together.</summary>
/// <param name="Kernel">Its name; see <see cref="LaunchRecord.Kernel"/>.</param>
/// <param name="Launches">How many.</param>
/// <param name="Duration">Sum of their times.</param>
/// <param name="Operations">Sum of the floating-point operations that their results take.</param>
/// <param name="Bytes">Sum of the sizes of the memory they were given.</param>
public sealed record KernelTime(string Kernel, int Launches, TimeSpan Duration, double Operations, long Bytes)
{
    /// <summary>Operations a second.</summary>
    public double OperationsPerSecond => Operations / Math.Max(1e-9, Duration.TotalSeconds);

    /// <summary>Bytes a second, if each byte was touched once.</summary>
    public double BytesPerSecond => Bytes / Math.Max(1e-9, Duration.TotalSeconds);
}
