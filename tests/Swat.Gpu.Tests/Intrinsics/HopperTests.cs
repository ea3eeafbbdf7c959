using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Intrinsics;

/// <summary>Products of four warps, barriers that count bytes and bulk tensor copies, on devices that have them.</summary>
public class HopperTests
{
    private static CudaAccelerator Open()
    {
        var device = TestDevices.All.FirstOrDefault(d => d.Device is CudaDevice { Capabilities.HasWarpGroupMatrix: true });
        if (device is null)
            Assert.Ignore("There is no device with wgmma here.");
        return (CudaAccelerator)device!.Accelerator;
    }

    [Test]
    public void A_tile_is_copied_and_its_outside_is_zero()
    {
        var accelerator = Open();
        using var matrix = accelerator.Allocate1D(Enumerable.Range(0, 40 * 48).Select(i => (float)i).ToArray());
        using var map = TensorMap.Create<float>(matrix.View, 48, 40, 32, 16, TensorMapSwizzle.None);
        using var output = accelerator.Allocate1D<float>(32 * 16);
        accelerator.LoadStreamKernel<ArrayView<long>, ArrayView<float>, int, int>(CopyTile)((1, 128), map.View, output.View, 24, 30);
        var expected = from y in Enumerable.Range(30, 16) from x in Enumerable.Range(24, 32) select x < 48 && y < 40 ? (float)((48 * y) + x) : 0;
        Assert.That(output.GetAsArray1D(), Is.EqualTo(expected));
    }

    [Test]
    public void A_tile_is_stored()
    {
        var accelerator = Open();
        using var matrix = accelerator.Allocate1D<float>(40 * 48);
        using var map = TensorMap.Create<float>(matrix.View, 48, 40, 32, 16, TensorMapSwizzle.None);
        matrix.View.BaseView.MemSetToZero();
        accelerator.LoadStreamKernel<ArrayView<long>, int, int>(StoreTile)((1, 128), map.View, 24, 30);
        var expected = from y in Enumerable.Range(0, 40)
                       from x in Enumerable.Range(0, 48)
                       select x >= 24 && y >= 30 ? (float)((32 * (y - 30)) + x - 24) : 0;
        Assert.That(matrix.GetAsArray1D(), Is.EqualTo(expected));
    }

    [Test]
    public void A_tile_of_a_tensor_passed_by_value_is_copied()
    {
        var accelerator = Open();
        using var matrix = accelerator.Allocate1D(Enumerable.Range(0, 40 * 48).Select(i => (float)i).ToArray());
        using var output = accelerator.Allocate1D<float>(40 * 48);
        var source = TensorMap.Describe<float>(matrix.View, [48, 40], [48], [32, 16], TensorMapSwizzle.None);
        var target = TensorMap.Describe<float>(output.View, [48, 40], [48], [32, 16], TensorMapSwizzle.None);
        output.View.BaseView.MemSetToZero();
        accelerator.LoadStreamKernel<BulkTensor, BulkTensor, int, int>(CopyTileByValue)((1, 128), source, target, 16, 24);
        var expected = Enumerable.Range(0, 40 * 48).Select(i => i % 48 >= 16 && i / 48 >= 24 ? (float)i : 0);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(expected));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Four_warps_multiply_swizzled_tiles(bool rowsOfBAreContiguous)
    {
        // A is 64x64 with k contiguous; B is 64x64 with k contiguous (n rows of k) or n contiguous (k rows of n).
        var accelerator = Open();
        var random = new Random(1);
        var (a, b) = (Matrix(random, 64 * 64), Matrix(random, 64 * 64));
        using var left = accelerator.Allocate1D(a);
        using var right = accelerator.Allocate1D(b);
        using var result = accelerator.Allocate1D<float>(64 * 64);
        using var mapA = TensorMap.Create<BFloat16>(left.View, 64, 64, 64, 64, TensorMapSwizzle.Bytes128);
        using var mapB = TensorMap.Create<BFloat16>(right.View, 64, 64, 64, 64, TensorMapSwizzle.Bytes128);
        var kernel = rowsOfBAreContiguous
            ? accelerator.LoadStreamKernel<ArrayView<long>, ArrayView<long>, ArrayView<float>>(MultiplyTransposed)
            : accelerator.LoadStreamKernel<ArrayView<long>, ArrayView<long>, ArrayView<float>>(Multiply);
        kernel((1, 128, SharedMemoryConfig.RequestDynamic<BFloat16>(2 * 64 * 64)), mapA.View, mapB.View, result.View);
        var actual = result.GetAsArray1D();
        for (var i = 0; i < 64; i++)
        {
            for (var j = 0; j < 64; j++)
            {
                var expected = Enumerable.Range(0, 64).Sum(k => (double)(float)a[(64 * i) + k] * (float)b[rowsOfBAreContiguous ? (64 * k) + j : (64 * j) + k]);
                Assert.That(actual[(64 * i) + j], Is.EqualTo(expected).Within(1e-4), $"element {i}, {j}");
            }
        }
    }

    [Test]
    public void Four_warps_multiply_with_a_left_operand_in_registers()
    {
        var accelerator = Open();
        var random = new Random(2);
        var (a, b) = (Matrix(random, 64 * 16), Matrix(random, 64 * 64));
        using var left = accelerator.Allocate1D(a);
        using var right = accelerator.Allocate1D(b);
        using var result = accelerator.Allocate1D<float>(64 * 64);
        using var map = TensorMap.Create<BFloat16>(right.View, 64, 64, 64, 64, TensorMapSwizzle.Bytes128);
        accelerator.LoadStreamKernel<ArrayView<BFloat16>, ArrayView<long>, ArrayView<float>>(MultiplyRegisters)(
            (1, 128, SharedMemoryConfig.RequestDynamic<BFloat16>(64 * 64)), left.View, map.View, result.View);
        var actual = result.GetAsArray1D();
        for (var i = 0; i < 64 * 64; i++)
        {
            var expected = Enumerable.Range(0, 16).Sum(k => (double)(float)a[(i / 64 * 16) + k] * (float)b[(i % 64 * 64) + k]);
            Assert.That(actual[i], Is.EqualTo(expected).Within(1e-4), $"element {i}");
        }
    }

    private static BFloat16[] Matrix(Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => (BFloat16)((float)random.NextDouble() - 0.5f))];

    internal static void CopyTile(ArrayView<long> map, ArrayView<float> output, int x, int y)
    {
        var tile = SharedMemory.Allocate<float>(32 * 16);
        var barrier = SharedMemory.Allocate<long>(1);
        if (Group.IdxX == 0)
        {
            Hopper.BarrierInit(barrier, 1);
            Hopper.FenceBarrierInit();
        }
        Group.Barrier();
        if (Group.IdxX == 0)
        {
            Hopper.BarrierArriveExpect(barrier, 32 * 16 * 4);
            Hopper.LoadTile(tile, map, x, y, barrier);
        }
        Hopper.BarrierWait(barrier, 0);
        for (var i = Group.IdxX; i < 32 * 16; i += 128)
            output[i] = tile[i];
    }

    [LaunchBounds(128)]
    internal static void CopyTileByValue(BulkTensor source, BulkTensor target, int x, int y)
    {
        var tile = SharedMemory.Allocate<float>(32 * 16);
        var barrier = SharedMemory.Allocate<long>(1);
        if (Group.IdxX == 0)
        {
            Hopper.BarrierInit(barrier, 1);
            Hopper.FenceBarrierInit();
        }
        Group.Barrier();
        if (Group.IdxX == 0)
        {
            Hopper.BarrierArriveExpect(barrier, 32 * 16 * 4);
            Hopper.LoadTile(tile, source, x, y, barrier);
        }
        Hopper.BarrierWait(barrier, 0);
        Hopper.NamedBarrier(1, 128);
        if (Group.IdxX == 0)
        {
            Hopper.StoreTile(target, x, y, tile);
            Hopper.StoreCommit();
            Hopper.StoreWait(0);
        }
    }

    internal static void StoreTile(ArrayView<long> map, int x, int y)
    {
        var tile = SharedMemory.Allocate<float>(32 * 16);
        for (var i = Group.IdxX; i < 32 * 16; i += 128)
            tile[i] = i;
        Hopper.FenceAsyncProxy();
        Group.Barrier();
        if (Group.IdxX == 0)
        {
            Hopper.StoreTile(map, x, y, tile);
            Hopper.StoreCommit();
            Hopper.StoreWait(0);
        }
    }

    internal static void Multiply(ArrayView<long> mapA, ArrayView<long> mapB, ArrayView<float> c) => MultiplyTile(mapA, mapB, c, 0);

    internal static void MultiplyTransposed(ArrayView<long> mapA, ArrayView<long> mapB, ArrayView<float> c) => MultiplyTile(mapA, mapB, c, 1);

    private static void MultiplyTile(ArrayView<long> mapA, ArrayView<long> mapB, ArrayView<float> c, int transposeB)
    {
        var shared = SharedMemory.GetDynamic<BFloat16>();
        var (tileA, tileB) = (shared.SubView(0, 64 * 64), shared.SubView(64 * 64, 64 * 64));
        LoadTiles(mapA, mapB, tileA, tileB);
        var sum = LocalMemory.Allocate<float>(32);
        for (var i = 0; i < 32; i++)
            sum[i] = 0;
        Hopper.MatrixFence();
        for (var k = 0; k < 4; k++)
        {
            // 16 k are 32 bytes of a row of A; of B too, or 16 rows of 128 bytes.
            var a = Hopper.Descriptor(tileA.SubView(16 * k), 16, 1024, WgmmaSwizzle.Bytes128);
            var b = Hopper.Descriptor(tileB.SubView(transposeB == 0 ? 16 * k : 16 * 64 * k), 16, 1024, WgmmaSwizzle.Bytes128);
            Hopper.MultiplyAddBFloat16N64(sum, a, b, true, 0, transposeB);
        }
        Hopper.MatrixCommit();
        Hopper.MatrixWait(0);
        StoreSum(sum, c);
    }

    internal static void MultiplyRegisters(ArrayView<BFloat16> a, ArrayView<long> mapB, ArrayView<float> c)
    {
        var tileB = SharedMemory.GetDynamic<BFloat16>();
        LoadTiles(mapB, mapB, tileB, tileB);
        var (words, sum) = (LocalMemory.Allocate<uint>(4), LocalMemory.Allocate<float>(32));
        for (var i = 0; i < 32; i++)
            sum[i] = 0;
        for (var i = 0; i < 4; i++)
        {
            var row = (16 * (Group.IdxX / 32)) + (Warp.LaneIdx / 4) + (8 * (i % 2));
            var first = (16 * row) + (2 * (Warp.LaneIdx % 4)) + (8 * (i / 2));
            words[i] = BFloat16.ToBits(a[first]) | (uint)BFloat16.ToBits(a[first + 1]) << 16;
        }
        Hopper.MatrixFence();
        Hopper.MultiplyAddBFloat16N64(sum, words, Hopper.Descriptor(tileB, 16, 1024, WgmmaSwizzle.Bytes128), true, 0);
        Hopper.MatrixCommit();
        Hopper.MatrixWait(0);
        StoreSum(sum, c);
    }

    private static void LoadTiles(ArrayView<long> mapA, ArrayView<long> mapB, ArrayView<BFloat16> tileA, ArrayView<BFloat16> tileB)
    {
        var barrier = SharedMemory.Allocate<long>(1);
        if (Group.IdxX == 0)
        {
            Hopper.BarrierInit(barrier, 1);
            Hopper.FenceBarrierInit();
        }
        Group.Barrier();
        if (Group.IdxX == 0)
        {
            Hopper.BarrierArriveExpect(barrier, 2 * 64 * 64 * 2);
            Hopper.LoadTile(tileA, mapA, 0, 0, barrier);
            Hopper.LoadTile(tileB, mapB, 0, 0, barrier);
        }
        Hopper.BarrierWait(barrier, 0);
    }

    private static void StoreSum(ArrayView<float> sum, ArrayView<float> c)
    {
        var (warp, lane) = (Group.IdxX / 32, Warp.LaneIdx);
        for (var j = 0; j < 8; j++)
        {
            for (var i = 0; i < 4; i++)
                c[(64 * ((16 * warp) + (lane / 4) + (8 * (i / 2)))) + (8 * j) + (2 * (lane % 4)) + (i % 2)] = sum[(4 * j) + i];
        }
    }
}
