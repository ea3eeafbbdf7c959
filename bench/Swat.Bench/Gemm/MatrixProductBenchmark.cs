using System.CommandLine;
using Swat.Bench.Reporting;
using Swat.Tensors;
using Swat.Tensors.Ops.MatrixProducts;

namespace Swat.Bench.Gemm;

/// <summary>
/// swat-bench gemm: the matrix products of a model's step. Each is first checked at sampled elements on memory that held NaN before;
/// those with edges in every dimension are only checked.
/// </summary>
internal sealed class MatrixProductBenchmark : IBenchmark
{
    private readonly Option<DType> dtype = new("--dtype") { Description = "Type of the factors.", DefaultValueFactory = _ => DType.BFloat16 };
    private readonly Option<bool> checkOnly = new("--check") { Description = "Only check." };
    private readonly Option<bool> tune = new("--tune")
    {
        Description = "Measure every kernel that the device may run and keep the rates in the user's cache, for later choices.",
    };

    public string Name => "gemm";

    public string Description => "Matrix products of the shapes and forms that training has, checked, then timed.";

    public IReadOnlyList<Option> Options => [dtype, checkOnly, tune];

    public IEnumerable<BenchRow> Run(BenchRun run)
    {
        var type = run.Arguments.GetValue(dtype);
        if (run.Arguments.GetValue(tune))
        {
            foreach (var row in TileTuning.Run(run, type))
                yield return row;
            yield break;
        }

        var worst = 0.0;
        var count = 0;
        foreach (var product in GemmCase.Edges(type).Where(p => run.Wants(p.Name)))
        {
            using var tensors = new GemmTensors(run.Device, product);
            worst = Math.Max(worst, tensors.Check());
            count++;
        }

        if (count > 0)
            Console.WriteLine($"{count} products with edges: errors up to {worst:F2} of what rounding allows");
        if (run.Device.Kind == DeviceKind.Cpu)
            yield break;
        foreach (var product in GemmCase.Model(type).Where(p => run.Wants(p.Name)))
        {
            using var tensors = new GemmTensors(run.Device, product);
            var error = tensors.Check();
            if (run.Arguments.GetValue(checkOnly))
                continue;
            var time = run.Time(tensors.Multiply);
            var rate = 1e-12 * product.Operations / time.Median;
            var peer = run.Peer?.Find(product.PeerName);
            yield return new BenchRow(product.Name, time, rate, "TFLOP/s", $"error {error:F2}", rate / peer);
        }

        if (!run.Arguments.GetValue(checkOnly))
        {
            foreach (var row in GatedProduct.Run(run, type))
                yield return row;
        }

        KernelReport.Write(Console.Out, run.Device.Accelerator);
    }
}
