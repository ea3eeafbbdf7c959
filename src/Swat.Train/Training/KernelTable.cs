using System.Globalization;
using Swat.Tensors.Profiling;

namespace Swat.Train.Training;

/// <summary>Time and bytes by kernel as lines of text.</summary>
public static class KernelTable
{
    private const int NameWidth = 64;

    /// <param name="output">Where the lines go.</param>
    /// <param name="kernels">As <see cref="LaunchProfiler.ByKernel"/> gives them.</param>
    /// <param name="steps">Steps that were watched; the figures are of one.</param>
    /// <param name="most">Lines at most.</param>
    public static void Write(TextWriter output, IReadOnlyList<KernelTime> kernels, int steps, int most)
    {
        var total = kernels.Sum(kernel => kernel.Duration.TotalMilliseconds) / steps;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{"kernel",-NameWidth} {"launches",8} {"ms",10} {"share",7} {"GB",9} {"GB/s",8}"));
        foreach (var kernel in kernels.Take(most))
        {
            var milliseconds = kernel.Duration.TotalMilliseconds / steps;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{kernel.Kernel,-NameWidth} {kernel.Launches / steps,8} {milliseconds,10:F3} {milliseconds / total,7:P1} {1e-9 * kernel.Bytes / steps,9:F3} {1e-9 * kernel.BytesPerSecond,8:F0}"));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{"all",-NameWidth} {kernels.Sum(kernel => kernel.Launches) / steps,8} {total,10:F3}"));
    }
}
