using System.Diagnostics;
using Swat.Bench.Reporting;

namespace Swat.Bench.Engine;

/// <summary>What the host spends on a launch, and what a launch costs in a row of them.</summary>
internal sealed class LaunchBenchmark : IEngineBenchmark
{
    // Fewer than the driver queues before it makes the host wait.
    private const int Launches = 500;
    private const int Samples = 21;

    public string Name => "launch";

    public IEnumerable<BenchRow> Run(Accelerator accelerator)
    {
        using var buffer = accelerator.Allocate1D<float>(1024);
        var kernel = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, int, float>(Touch);
        var config = new KernelConfig(new Index3D(1, 1, 1), new Index3D(32, 1, 1));
        ArrayView<float> view = buffer.View;
        var (host, total) = (new List<double>(), new List<double>());
        // The runtime's own compiler replaces code that runs often, some time after it has seen that.
        for (var warmUp = Stopwatch.StartNew(); warmUp.ElapsedMilliseconds < 500; accelerator.Synchronize())
        {
            for (var i = 0; i < Launches; i++)
                kernel(config, view, view, i, 1);
        }
        for (var sample = 0; sample < Samples; sample++)
        {
            accelerator.Synchronize();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Launches; i++)
                kernel(config, view, view, i, 1);
            host.Add(Stopwatch.GetElapsedTime(start).TotalSeconds / Launches);
            accelerator.Synchronize();
            total.Add(Stopwatch.GetElapsedTime(start).TotalSeconds / Launches);
        }
        host.Sort();
        total.Sort();
        yield return new BenchRow("launch, host time", host[Samples / 2], 1e-6 / host[Samples / 2], "M/s", "goal: under 4 us");
        yield return new BenchRow("launch, one after the other", total[Samples / 2], 1e-6 / total[Samples / 2], "M/s");
    }

    private static void Touch(ArrayView<float> input, ArrayView<float> output, int index, float value)
    {
        if (index < 0)
            output[Group.IdxX] = input[Group.IdxX] + value;
    }
}
