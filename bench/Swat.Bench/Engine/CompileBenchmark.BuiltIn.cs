using System.Diagnostics;
using Swat.Bench.Reporting;

namespace Swat.Bench.Engine;

/// <summary>Time to a loaded kernel, of a small and a large one: ours (front end, passes, source text) and the driver's.</summary>
internal sealed class CompileBenchmark : IEngineBenchmark
{
    public string Name => "compile";

    public IEnumerable<BenchRow> Run(Accelerator accelerator)
    {
        using var context = Context.Create(builder => builder.AllAccelerators());
        for (var round = 0; round < 3; round++)
        {
            // Kernels are compiled once for each accelerator; after the first rounds the compiler itself is warm.
            using var fresh = context.Devices.First(device => device.Name == accelerator.Name).CreateAccelerator(context);
            var start = Stopwatch.GetTimestamp();
            fresh.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, int>(Smooth);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var own = fresh.CompiledKernels[0].CompilerTime.TotalSeconds;
            if (round == 2)
                yield return new BenchRow("compile a kernel with a loop and functions", seconds, 1e3 * own, "ms ours", "goal: under 10 ms ours");
        }
    }

    private static void Smooth(Index1D index, ArrayView<float> input, ArrayView<float> output, int radius)
    {
        var (sum, weights) = (0f, 0f);
        for (var i = -radius; i <= radius; i++)
        {
            var position = Math.Clamp(index + i, 0, input.IntLength - 1);
            var weight = MathF.Exp(-0.5f * i * i / radius);
            sum += weight * MathF.Tanh(input[position]);
            weights += weight;
        }
        if (weights > 0)
            output[index] = sum / weights;
        else
            output[index] = 0;
    }
}
