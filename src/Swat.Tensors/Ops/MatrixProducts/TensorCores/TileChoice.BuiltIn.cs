using Swat.Tensors.Ops.MatrixProducts.Tiles;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// Which kernel and tile a product gets: the fastest by the <see cref="TileTables"/> of the device's class, by rules where no measured
/// product is near. Nothing is measured while a program runs.
/// </summary>
internal static class TileChoice
{
    /// <summary>Shared memory of a group that <see cref="LargeWarpTile"/> takes.</summary>
    private const int LargeTileBytes = 96 << 10;

    /// <summary>Shared memory of a group that <see cref="DeepWarpTile"/> takes.</summary>
    private const int DeepTileBytes = 144 << 10;

    public static TileKind Of(MatMulShape shape, bool transposeA, bool transposeB, TensorDevice device) =>
        TileTables.Of(device)?.Find(FormOf(transposeA, transposeB), shape, device) ?? ByRules(shape, device);

    public static ProductForm FormOf(bool transposeA, bool transposeB) => (transposeA, transposeB) switch
    {
        (false, false) => ProductForm.AB,
        (false, true) => ProductForm.ABt,
        (true, false) => ProductForm.AtB,
        (true, true) => ProductForm.AtBt,
    };

    /// <summary>Whether a device of the tier <see cref="KernelTier.TensorCore"/> or above has what a kernel needs.</summary>
    public static bool MayRun(TileKind kind, TensorDevice device) => kind switch
    {
        TileKind.SmallWarp => true,
        TileKind.LargeWarp => device.Info.SharedMemoryBytes >= LargeTileBytes,
        TileKind.DeepWarp => device.Info.SharedMemoryBytes >= DeepTileBytes,
        _ => device.Tier == KernelTier.Hopper,
    };

    private static TileKind ByRules(MatMulShape shape, TensorDevice device)
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
