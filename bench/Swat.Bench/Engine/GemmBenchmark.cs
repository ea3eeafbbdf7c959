using Swat.Bench.Reporting;

namespace Swat.Bench.Engine;

/// <summary>
/// C = A B in float32, row by row in memory, for square matrices: a group of 256 work items computes a square tile of C from tiles of A and
/// B in shared memory. Two hundred elements are compared with float64 first.
/// </summary>
internal abstract class GemmBenchmark : IEngineBenchmark
{
    public abstract string Name { get; }

    /// <summary>Rows and columns of C that a group computes.</summary>
    protected abstract int Tile { get; }

    /// <summary>Shape of a group.</summary>
    protected abstract Index3D GroupShape { get; }

    /// <summary>Arguments: A, B, C, columns of B, rows of B.</summary>
    protected abstract Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, int, int> Kernel { get; }

    protected abstract int[] Sizes(Accelerator accelerator);

    public IEnumerable<BenchRow> Run(Accelerator accelerator)
    {
        var kernel = accelerator.LoadStreamKernel(Kernel);
        foreach (var size in Sizes(accelerator))
        {
            var random = new Random(size);
            var (a, b) = (Values(random, size * size), Values(random, size * size));
            using var left = accelerator.Allocate1D(a);
            using var right = accelerator.Allocate1D(b);
            using var result = accelerator.Allocate1D<float>(size * size);
            var config = new KernelConfig(new Index3D(size / Tile, size / Tile, 1), GroupShape);
            var seconds = Measure.Run(accelerator, () => kernel(config, left.View, right.View, result.View, size, size));
            var error = Error(a, b, result.GetAsArray1D(), size);
            var gigaflops = 2e-9 * size * size * size / seconds;
            var (rate, unit) = gigaflops < 1000 ? (gigaflops, "GFLOP/s") : (gigaflops / 1000, "TFLOP/s");
            yield return new BenchRow($"fp32 product {size}³, {Tile}x{Tile} tiles", seconds, rate, unit, $"error {error:E1}");
        }
    }

    private static float[] Values(Random random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = (float)random.NextDouble() - 0.5f;
        return values;
    }

    private static double Error(float[] a, float[] b, float[] c, int size)
    {
        var random = new Random(7);
        var worst = 0.0;
        for (var n = 0; n < 200; n++)
        {
            var (row, column) = (random.Next(size), random.Next(size));
            var sum = 0.0;
            for (var k = 0; k < size; k++)
                sum += (double)a[(row * size) + k] * b[(k * size) + column];
            worst = Math.Max(worst, Math.Abs(sum - c[(row * size) + column]));
        }
        return worst;
    }
}
