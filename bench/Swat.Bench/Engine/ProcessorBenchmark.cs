using System.Globalization;
using Swat.Bench.Reporting;
using Swat.Tensors;

namespace Swat.Bench.Engine;

/// <summary>
/// swat-bench processor: the CPU accelerator against an OpenCL driver for the same processor, the same kernels on both in turn. The best
/// time of each counts, as other programs only ever make one slower.
/// </summary>
internal sealed class ProcessorBenchmark : IBenchmark
{
    private const int Rounds = 3;

    public string Name => "processor";

    public string Description => "The CPU accelerator against OpenCL (PoCL) on this processor, whatever --device says.";

    public IEnumerable<BenchRow> Run(BenchRun run)
    {
        using var processor = TensorDevice.Open("cpu");
        using var openCL = TensorDevice.Open("opencl");
        (string Name, Func<TensorDevice, IEnumerable<BenchRow>> Run)[] works =
        [
            ("elementwise", device => new ElementwiseBenchmark(1 << 22).Run(device.Accelerator)),
            ("product", device => new SharedTileGemmBenchmark().Run(device.Accelerator)),
            ("register tile product", device => new RegisterTileGemmBenchmark().Run(device.Accelerator)),
            ("attention", ProcessorAttention.Run),
        ];
        foreach (var (_, work) in works.Where(work => run.Wants(work.Name)))
        {
            var (own, other) = (new Dictionary<string, BenchRow>(), new Dictionary<string, BenchRow>());
            for (var round = 0; round < Rounds; round++)
            {
                KeepBest(own, work(processor));
                KeepBest(other, work(openCL));
            }

            foreach (var (name, row) in own)
            {
                var ratio = other[name].Time.Median / row.Time.Median;
                yield return row with
                {
                    Note = string.Create(
                        CultureInfo.InvariantCulture, $"{ratio:F2} x OpenCL, which takes {1e3 * other[name].Time.Median:F3} ms"),
                };
            }
        }
    }

    private static void KeepBest(Dictionary<string, BenchRow> best, IEnumerable<BenchRow> rows)
    {
        foreach (var row in rows)
        {
            if (!best.TryGetValue(row.Name, out var known) || row.Time.Median < known.Time.Median)
                best[row.Name] = row;
        }
    }
}
