using Swat.Bench.Reporting;

namespace Swat.Bench.Engine;

/// <summary>wgmma m64n256k16 on bfloat16 tiles in shared memory, two warpgroups a multiprocessor.</summary>
internal sealed class WarpGroupBenchmark : IEngineBenchmark
{
    private const int Threads = 256;
    private const int Iterations = 16384;
    private const int TileA = 64 * 64;
    private const int TileB = 256 * 64;

    public string Name => "wgmma";

    public IEnumerable<BenchRow> Run(Accelerator accelerator)
    {
        var groups = accelerator.NumMultiprocessors;
        using var output = accelerator.Allocate1D<float>(groups * Threads);
        var kernel = accelerator.LoadStreamKernel<ArrayView<float>, int, float>(Loop);
        var config = new KernelConfig(groups, Threads, SharedMemoryConfig.RequestDynamic<BFloat16>(2 * (TileA + TileB)));
        var operations = 2.0 * 64 * 256 * 64 * Iterations * groups * (Threads / 128);
        // The more bits change, the more power the products take and the lower the clock goes.
        foreach (var (scale, data) in ((float, string)[])[(1, "random numbers"), (0, "zeros")])
        {
            var seconds = Measure.Run(accelerator, () => kernel(config, output.View, Iterations, scale));
            yield return new BenchRow($"wgmma m64n256k16 bf16, {data}", seconds, 1e-12 * operations / seconds, "TFLOP/s", "goal on an H200: 921");
        }
    }

    private static void Loop(ArrayView<float> output, int iterations, float scale)
    {
        var shared = SharedMemory.GetDynamic<BFloat16>();
        for (var i = Group.IdxX; i < 2 * (TileA + TileB); i += Threads)
            shared[i] = (BFloat16)(scale * Noise((uint)((Grid.IdxX * 2 * (TileA + TileB)) + i)));
        Hopper.FenceAsyncProxy();
        Group.Barrier();
        var warpGroup = Group.IdxX / 128;
        var tile = shared.SubView(warpGroup * (TileA + TileB), TileA + TileB);
        var a = Hopper.Descriptor(tile, 16, 1024, WgmmaSwizzle.Bytes128);
        var b = Hopper.Descriptor(tile.SubView(TileA, TileB), 16, 1024, WgmmaSwizzle.Bytes128);
        var sum = LocalMemory.Allocate<float>(128);
        for (var i = 0; i < 128; i++)
            sum[i] = 0;
        for (var n = 0; n < iterations; n++)
        {
            Hopper.MatrixFence();
            // 16 k of a row are 32 bytes, 2 in the descriptor's unit.
            for (var k = 0; k < 4; k++)
                Hopper.MultiplyAddBFloat16N256(sum, a + (2 * k), b + (2 * k), true, 0, 0);
            Hopper.MatrixCommit();
            Hopper.MatrixWait(1);
        }
        Hopper.MatrixWait(0);
        var total = 0f;
        for (var i = 0; i < 128; i++)
            total += sum[i];
        output[(Grid.IdxX * Group.DimX) + Group.IdxX] = total;
    }

    /// <summary>A number between -1/2 and 1/2.</summary>
    private static float Noise(uint seed)
    {
        var bits = seed * 2891336453u;
        bits ^= bits >> 15;
        bits *= 2246822519u;
        return ((bits >> 8) * (1f / 16777216f)) - 0.5f;
    }
}
