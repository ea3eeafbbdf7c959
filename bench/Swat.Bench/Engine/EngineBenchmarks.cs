namespace Swat.Bench.Engine;

/// <summary>The benchmarks of a device, in the order in which they run.</summary>
internal static partial class EngineBenchmarks
{
    public static IEnumerable<IEngineBenchmark> For(Accelerator accelerator)
    {
        yield return new ElementwiseBenchmark(accelerator.AcceleratorType == AcceleratorType.CPU ? 1 << 22 : 1 << 26);
        yield return new SharedTileGemmBenchmark();
        yield return new RegisterTileGemmBenchmark();
        yield return new LaunchBenchmark();
        foreach (var benchmark in BuiltInFor(accelerator))
            yield return benchmark;
    }
}
