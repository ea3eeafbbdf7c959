using Swat.Bench.Reporting;

namespace Swat.Bench.Engine;

/// <summary>swat-bench engine: what kernels get from a device, without the tensor library.</summary>
internal sealed class EngineBenchmark : IBenchmark
{
    public string Name => "engine";

    public string Description => "Memory rate, matrix products, launches and compilation on one device.";

    public IEnumerable<BenchRow> Run(BenchRun run) =>
        EngineBenchmarks.For(run.Device.Accelerator)
            .Where(benchmark => run.Wants(benchmark.Name))
            .SelectMany(benchmark => benchmark.Run(run.Device.Accelerator));
}
