using Swat.Bench.Reporting;
using Swat.Tensors;

namespace Swat.Bench.Gemm;

/// <summary>There is one kernel.</summary>
internal static class TileTuning
{
    /// <exception cref="ArgumentException">Always.</exception>
    public static IEnumerable<BenchRow> Run(BenchRun run, DType type) =>
        throw new ArgumentException($"--tune has no kernels to choose from for {type} on {run.Device} with this engine");
}
