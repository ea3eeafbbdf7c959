using Swat.Bench.Attention;
using Swat.Bench.Data;
using Swat.Bench.Decode;
using Swat.Bench.Engine;
using Swat.Bench.Gemm;
using Swat.Bench.Ops;
using Swat.Bench.Reporting;
using Swat.Bench.Step;

namespace Swat.Bench;

/// <summary>Everything that swat-bench measures, a subcommand each.</summary>
internal static class Benchmarks
{
    public static IReadOnlyList<IBenchmark> All { get; } =
    [
        new AttentionBenchmark(),
        new CachedAttentionBenchmark(),
        new EngineBenchmark(),
        new ProcessorBenchmark(),
        new MatrixProductBenchmark(),
        new OperationsBenchmark(),
        new StepBenchmark(),
        new DataBenchmark(),
        new DecodeBenchmark(),
        new LongTextBenchmark(),
    ];
}
