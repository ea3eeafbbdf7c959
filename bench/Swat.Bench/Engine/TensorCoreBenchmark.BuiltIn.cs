using Swat.Bench.Reporting;

namespace Swat.Bench.Engine;

/// <summary>mma.sync m16n8k16 on bfloat16 in a loop over registers: what the tensor cores give without wgmma.</summary>
internal sealed class TensorCoreBenchmark : IEngineBenchmark
{
    private const int Threads = 256;
    private const int Iterations = 8192;

    public string Name => "mma";

    public IEnumerable<BenchRow> Run(Accelerator accelerator)
    {
        var groups = 2 * accelerator.NumMultiprocessors;
        using var output = accelerator.Allocate1D<float>(groups * Threads);
        var kernel = accelerator.LoadStreamKernel<ArrayView<float>, int>(Loop);
        var seconds = Measure.Run(accelerator, () => kernel((groups, Threads), output.View, Iterations));
        var operations = 2.0 * 16 * 8 * 16 * 16 * Iterations * groups * (Threads / 32);
        yield return new BenchRow("mma.sync m16n8k16 bf16", seconds, 1e-12 * operations / seconds, "TFLOP/s", "goal on an H200: 608");
    }

    private static void Loop(ArrayView<float> output, int iterations)
    {
        var (a, b, sum) = (LocalMemory.Allocate<uint>(16), LocalMemory.Allocate<uint>(8), LocalMemory.Allocate<float>(64));
        var seed = (uint)((Grid.IdxX * Group.DimX) + Group.IdxX) * 747796405u;
        for (var i = 0; i < 16; i++)
            a[i] = TensorCore.PackBFloat16(Noise.At(seed + (2 * (uint)i)), Noise.At(seed + (2 * (uint)i) + 1));
        for (var i = 0; i < 8; i++)
            b[i] = TensorCore.PackBFloat16(Noise.At(~seed + (2 * (uint)i)), Noise.At(~seed + (2 * (uint)i) + 1));
        for (var i = 0; i < 64; i++)
            sum[i] = 0;
        for (var n = 0; n < iterations; n++)
        {
            for (var row = 0; row < 4; row++)
            {
                for (var column = 0; column < 4; column++)
                    TensorCore.MultiplyAddBFloat16(sum.SubView(4 * ((4 * row) + column), 4), a.SubView(4 * row, 4), b.SubView(2 * column, 2));
            }
        }
        var total = 0f;
        for (var i = 0; i < 64; i++)
            total += sum[i];
        output[(Grid.IdxX * Group.DimX) + Group.IdxX] = total;
    }
}
