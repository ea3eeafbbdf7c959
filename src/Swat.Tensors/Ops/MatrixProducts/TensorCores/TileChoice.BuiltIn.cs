namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// Which kernel and tile a product gets, from measurements of <c>swat-bench gemm</c> rather than a search at run time. On one H200, in
/// TFLOP/s:
/// <list type="table">
/// <listheader><term>product</term><description>LargeWarp, DeepWarp, WarpGroup</description></listheader>
/// <item><term>32768 x 3072 x 1024, A·Bᵀ</term><description>308, 325, 732</description></item>
/// <item><term>32768 x 1024 x 3072, A·B</term><description>364, 398, 764</description></item>
/// <item><term>3072 x 1024 x 32768, Aᵀ·B</term><description>371, 383, 668</description></item>
/// </list>
/// </summary>
internal static class TileChoice
{
    /// <summary>Shared memory of a group that <see cref="DeepWarpTile"/> takes.</summary>
    private const int DeepTileBytes = 144 << 10;

    public static TileKind Of(MatMulShape shape, TensorDevice device)
    {
        if (!FillsLargeTiles(shape, device))
            return TileKind.SmallWarp;
        if (device.Tier == KernelTier.Hopper)
            return TileKind.WarpGroup;
        return device.Info.SharedMemoryBytes >= DeepTileBytes ? TileKind.DeepWarp : TileKind.LargeWarp;
    }

    /// <summary>
    /// Small products leave most multiprocessors without a large tile, even where their sums are cut along k; and the processor, where
    /// these kernels are only tested, takes long to compile those of large ones.
    /// </summary>
    private static bool FillsLargeTiles(MatMulShape shape, TensorDevice device)
    {
        if (device.Kind == DeviceKind.Cpu || shape.M <= 64)
            return false;
        var tiles = (long)((shape.M + 127) / 128) * ((shape.N + 255) / 256) * shape.Batch;
        return tiles * Math.Clamp(shape.K / 512, 1, 8) >= device.Info.Multiprocessors / 2;
    }
}
