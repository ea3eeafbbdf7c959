using System.Globalization;
using Swat.Tensors;
using Swat.Tensors.Profiling;

namespace Swat.Train.Training;

/// <summary>Time and work by kernel as lines of text.</summary>
public static class KernelTable
{
    private const int NameWidth = 84;

    /// <param name="output">Where the lines go.</param>
    /// <param name="device">What ran the kernels.</param>
    /// <param name="kernels">As <see cref="LaunchProfiler.ByKernel"/> gives them.</param>
    /// <param name="steps">Steps that were watched; the figures are of one.</param>
    /// <param name="most">Lines at most.</param>
    public static void Write(TextWriter output, TensorDeviceInfo device, IReadOnlyList<KernelTime> kernels, int steps, int most)
    {
        var total = kernels.Sum(kernel => kernel.Duration.TotalMilliseconds) / steps;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{"kernel",-NameWidth} {"launches",8} {"ms",10} {"share",7} {"GB",9} {"GB/s",8} {"TFLOP/s",8} {"floor",7}"));
        foreach (var kernel in kernels.Take(most))
        {
            var milliseconds = kernel.Duration.TotalMilliseconds / steps;
            var operations = kernel.Operations > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{1e-12 * kernel.OperationsPerSecond:F1}")
                : string.Empty;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Shorten(kernel.Kernel),-NameWidth} {kernel.Launches / steps,8} {milliseconds,10:F3} {milliseconds / total,7:P1} {1e-9 * kernel.Bytes / steps,9:F3} {1e-9 * kernel.BytesPerSecond,8:F0} {operations,8} {Floor(device, kernel),7:P0}"));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{"all",-NameWidth} {kernels.Sum(kernel => kernel.Launches) / steps,8} {total,10:F3}"));
        output.WriteLine("floor: the least time that the device's peak rates allow for the operations or the bytes, each touched once, as a part of the time taken");
    }

    private static string Shorten(string name) => name.Length <= NameWidth ? name : string.Concat(name.AsSpan(0, NameWidth - 1), "…");

    private static double? Floor(TensorDeviceInfo device, KernelTime kernel)
    {
        var computing = kernel.OperationsPerSecond / DevicePeak.Bfloat16(device);
        var moving = kernel.BytesPerSecond / DevicePeak.Memory(device);
        return computing > moving ? computing : moving;
    }
}
