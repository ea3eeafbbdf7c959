namespace Swat.Bench.Engine;

internal static partial class EngineBenchmarks
{
    private static IEnumerable<IEngineBenchmark> BuiltInFor(Accelerator accelerator)
    {
        yield return new CompileBenchmark();
        if (accelerator is CudaAccelerator { Capabilities.HasTensorCores: true })
            yield return new TensorCoreBenchmark();
        if (accelerator is CudaAccelerator { Capabilities.HasWarpGroupMatrix: true })
            yield return new WarpGroupBenchmark();
    }
}
