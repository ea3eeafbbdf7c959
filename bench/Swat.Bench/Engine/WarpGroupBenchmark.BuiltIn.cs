using Swat.Bench.Reporting;

namespace Swat.Bench.Engine;

/// <summary>
/// wgmma m64n256k16 on bfloat16 tiles in shared memory, two warpgroups a multiprocessor. The more bits change from product to product, the
/// more power they take: the kernel counts cycles, so that a row tells a slower clock from an idle pipeline.
/// </summary>
internal sealed class WarpGroupBenchmark : IEngineBenchmark
{
    private const int Threads = 256;
    private const int Iterations = 16384;
    private const int TileA = 64 * 64;
    private const int TileB = 256 * 64;

    /// <summary>Of a multiprocessor of the Hopper architecture: 4 tensor cores, 512 bfloat16 products and sums each.</summary>
    private const double OperationsOfCycle = 4096;

    public string Name => "wgmma";

    public IEnumerable<BenchRow> Run(Accelerator accelerator)
    {
        var groups = accelerator.NumMultiprocessors;
        using var output = accelerator.Allocate1D<float>(groups * Threads);
        using var cycles = accelerator.Allocate1D<long>(groups);
        var shared = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<long>, float, uint>(LoopOverShared);
        var registers = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<long>, float, uint>(LoopOverRegisters);
        var config = new KernelConfig(groups, Threads, SharedMemoryConfig.RequestDynamic<BFloat16>(2 * (TileA + TileB)));
        var operationsOfGroup = 2.0 * 64 * 256 * 64 * Iterations * (Threads / 128);
        foreach (var (data, scale, mask) in ((string, float, uint)[])
            [("random numbers", 1, ~0u), ("random powers of two", 1, 0xFF800000), ("random signs", 0, 0x80000000), ("zeros", 0, 0)])
        {
            foreach (var (place, kernel) in new[] { ("shared memory", shared), ("registers", registers) })
            {
                var seconds = Measure.Run(accelerator, () => kernel(config, output.View, cycles.View, scale, mask));
                var counted = cycles.GetAsArray1D().Max();
                yield return new BenchRow($"wgmma m64n256k16 bf16, A in {place}, {data}", seconds,
                    1e-12 * operationsOfGroup * groups / seconds, "TFLOP/s",
                    $"{100 * operationsOfGroup / (counted * OperationsOfCycle):F1} % of the peak at {1e-9 * counted / seconds:F2} GHz; goal on an H200: 921");
            }
        }
    }

    private static void LoopOverShared(ArrayView<float> output, ArrayView<long> cycles, float scale, uint mask)
    {
        var tile = FilledTile(scale, mask);
        var a = Hopper.Descriptor(tile, 16, 1024, WgmmaSwizzle.Bytes128);
        var b = Hopper.Descriptor(tile.SubView(TileA, TileB), 16, 1024, WgmmaSwizzle.Bytes128);
        var sum = Zeros();
        var start = Clock();
        for (var n = 0; n < Iterations; n++)
        {
            Hopper.MatrixFence();
            // 16 k of a row are 32 bytes, 2 in the descriptor's unit.
            for (var k = 0; k < 4; k++)
                Hopper.MultiplyAddBFloat16N256(sum, a + (2 * k), b + (2 * k), true, 0, 0);
            Hopper.MatrixCommit();
            Hopper.MatrixWait(1);
        }
        Hopper.MatrixWait(0);
        Finish(output, cycles, sum, start);
    }

    private static void LoopOverRegisters(ArrayView<float> output, ArrayView<long> cycles, float scale, uint mask)
    {
        var tile = FilledTile(scale, mask);
        var b = Hopper.Descriptor(tile.SubView(TileA, TileB), 16, 1024, WgmmaSwizzle.Bytes128);
        var a = LocalMemory.Allocate<uint>(16);
        for (var i = 0; i < 16; i++)
        {
            var seed = (uint)((((Grid.IdxX * Threads) + Group.IdxX) * 32) + (2 * i));
            a[i] = TensorCore.PackBFloat16(Number(seed, scale, mask), Number(seed + 1, scale, mask));
        }
        var sum = Zeros();
        var start = Clock();
        for (var n = 0; n < Iterations; n++)
        {
            Hopper.MatrixFence();
            for (var k = 0; k < 4; k++)
                Hopper.MultiplyAddBFloat16N256(sum, a.SubView(4 * k, 4), b + (2 * k), true, 0);
            Hopper.MatrixCommit();
            Hopper.MatrixWait(1);
        }
        Hopper.MatrixWait(0);
        Finish(output, cycles, sum, start);
    }

    /// <summary>The warpgroup's tiles of A and B.</summary>
    private static ArrayView<BFloat16> FilledTile(float scale, uint mask)
    {
        var shared = SharedMemory.GetDynamic<BFloat16>();
        for (var i = Group.IdxX; i < 2 * (TileA + TileB); i += Threads)
            shared[i] = (BFloat16)Number((uint)((Grid.IdxX * 2 * (TileA + TileB)) + i), scale, mask);
        Hopper.FenceAsyncProxy();
        Group.Barrier();
        return shared.SubView(Group.IdxX / 128 * (TileA + TileB), TileA + TileB);
    }

    /// <summary>Noise of which only the bits of <paramref name="mask"/> are left, or 1 with those of them that noise has.</summary>
    private static float Number(uint seed, float scale, uint mask)
    {
        var noise = Interop.FloatAsInt(Noise.At(seed)) & mask;
        return Interop.IntAsFloat(scale == 0 && mask != 0 ? noise | 0x3F800000u : noise);
    }

    private static ArrayView<float> Zeros()
    {
        var sum = LocalMemory.Allocate<float>(128);
        for (var i = 0; i < 128; i++)
            sum[i] = 0;
        return sum;
    }

    private static long Clock()
    {
        CudaAsm.Emit("mov.u64 %0, %%clock64;", out long cycles);
        return cycles;
    }

    private static void Finish(ArrayView<float> output, ArrayView<long> cycles, ArrayView<float> sum, long start)
    {
        if (Group.IdxX == 0)
            cycles[Grid.IdxX] = Clock() - start;
        var total = 0f;
        for (var i = 0; i < 128; i++)
            total += sum[i];
        output[(Grid.IdxX * Group.DimX) + Group.IdxX] = total;
    }
}
