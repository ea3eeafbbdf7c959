using Swat.Bench.Reporting;
using Swat.Tensors;
using Swat.Tensors.Ops.MatrixProducts.TensorCores;
using Swat.Tensors.Ops.MatrixProducts.Tiles;

namespace Swat.Bench.Gemm;

/// <summary>Measures the kernels for products of 16-bit factors and keeps their rates for the choice among them.</summary>
internal static class TileTuning
{
    /// <summary>
    /// Every kernel that the device may run on every product of the model; the user's table keeps what it has of other products, and of
    /// kernels that were not measured.
    /// </summary>
    /// <exception cref="ArgumentException">There is nothing to choose from.</exception>
    public static IEnumerable<BenchRow> Run(BenchRun run, DType type)
    {
        var device = run.Device;
        if (TileTables.ClassOf(device) is not { } deviceClass || device.Tier == KernelTier.Portable || type is not (DType.BFloat16 or DType.Float16))
            throw new ArgumentException($"--tune measures the kernels for 16-bit factors of CUDA devices with matrix units; {device} with {type} takes others");
        var path = TileTables.UserPath(deviceClass);
        var products = (TileTable.Load(path)?.Products ?? []).ToDictionary(product => (product.Form, product.M, product.N, product.K));
        foreach (var product in GemmCase.Model(type).Where(p => run.Wants(p.Name)))
        {
            var key = (TileChoice.FormOf(product.TransposeA, product.TransposeB), product.M, product.N, product.K);
            var rates = products.TryGetValue(key, out var known) ? known.Rates.ToDictionary() : [];
            foreach (var kind in Enum.GetValues<TileKind>().Where(kind => TileChoice.MayRun(kind, device)))
            {
                using var tensors = new GemmTensors(
                    device,
                    product,
                    (a, transposeA, b, transposeB, c, shape) => TensorCoreMatrixProduct.Launch(kind, a, transposeA, b, transposeB, c, shape));
                var error = tensors.Check();
                var time = run.Time(tensors.Multiply);
                rates[kind] = Math.Round(1e-12 * product.Operations / time.Median, 1);
                yield return new BenchRow($"{product.Name} {kind}", time, rates[kind], "TFLOP/s", $"error {error:F2}");
            }

            products[key] = new MeasuredProduct(key.Item1, product.M, product.N, product.K, rates);
        }

        new TileTable([.. products.Values]).Save(path);
        Console.WriteLine($"rates written to {path}");
    }
}
