namespace Swat.Bench.Engine;

internal static partial class EngineBenchmarks
{
    private static IEnumerable<IEngineBenchmark> BuiltInFor(Accelerator accelerator) => [];
}
