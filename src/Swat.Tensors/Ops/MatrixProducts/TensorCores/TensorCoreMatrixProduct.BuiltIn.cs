using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.MatrixProducts.WarpGroups;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// Products of 16-bit factors on the device's matrix units, by the kernel of its tier. Factors whose rows are no multiples of 16 bytes
/// are copied to such rows first.
/// </summary>
internal static class TensorCoreMatrixProduct
{
    /// <summary>Launches if the device and the arguments suit a kernel.</summary>
    /// <inheritdoc cref="MatrixProduct.Launch"/>
    /// <param name="gated">See <see cref="TileArguments{T}.Gated"/>; null: not wanted.</param>
    public static bool TryLaunch(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor c, MatMulShape shape, Tensor? bias, Tensor? gated)
    {
        if (a.Device.Tier == KernelTier.Portable || a.DType is not (DType.BFloat16 or DType.Float16) || shape.K == 0 || !HasDenseBatches(shape))
            return false;
        var kind = TileChoice.Of(shape, transposeA, transposeB, a.Device);
        if (gated is not null && !Gates(kind, shape))
            return false;
        Launch(kind, a, transposeA, b, transposeB, c, shape, bias, gated);
        return true;
    }

    /// <summary>
    /// Whether a product is gated by its own kernel. Rows of both halves come in pieces of 16 bytes, as bulk copies take them. A large tile
    /// of <see cref="WarpKernel"/> multiplies nothing while it gates: on an H200 that takes longer than reading the projection again.
    /// </summary>
    private static bool Gates(TileKind kind, MatMulShape shape) =>
        shape.N / 2 % Packed.Size == 0 && kind is (TileKind.SmallWarp or TileKind.WarpGroup);

    /// <summary>Launches a kernel that the device may run, for arguments that suit one.</summary>
    /// <inheritdoc cref="TryLaunch"/>
    public static void Launch(
        TileKind kind,
        Tensor a,
        bool transposeA,
        Tensor b,
        bool transposeB,
        Tensor c,
        MatMulShape shape,
        Tensor? bias = null,
        Tensor? gated = null)
    {
        Action<Tensor, bool, Tensor, bool, Tensor, MatMulShape, Tensor?, Tensor?> launch = kind switch
        {
            TileKind.SmallWarp => Launch<WarpMatrixProduct<SmallWarpTile, Constants.C4>>,
            TileKind.LargeWarp => Launch<WarpMatrixProduct<LargeWarpTile, Constants.C8>>,
            TileKind.DeepWarp => Launch<WarpMatrixProduct<DeepWarpTile, Constants.C8>>,
            _ => Launch<WarpGroupMatrixProduct>,
        };
        launch(a, transposeA, b, transposeB, c, shape, bias, gated);
    }

    private static bool HasDenseBatches(MatMulShape shape) =>
        (shape.StrideA == 0 || shape.StrideA == (long)shape.M * shape.K) && (shape.StrideB == 0 || shape.StrideB == (long)shape.K * shape.N);

    private static void Launch<TLauncher>(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor c, MatMulShape shape, Tensor? bias, Tensor? gated)
        where TLauncher : struct, ITileLauncher
    {
        ElementTypes.SelectWithFloat32<Action<Tensor, bool, Tensor, bool, Tensor, MatMulShape, Tensor?, Tensor?>>(
            "matmul",
            a.DType,
            c.DType,
            static (_, _, _, _, _, _, _, _) => throw new NotSupportedException("matrix units multiply 16-bit numbers"),
            Launch<TLauncher, BFloat16Factors, BF16, BFloat16Pairs>,
            Launch<TLauncher, Float16Factors, F16, Float16Pairs>,
            Launch<TLauncher, BFloat16Factors, F32, Float32Pairs>,
            Launch<TLauncher, Float16Factors, F32, Float32Pairs>)(a, transposeA, b, transposeB, c, shape, bias, gated);
    }

    private static void Launch<TLauncher, TFactors, T, TPairs>(
        Tensor a,
        bool transposeA,
        Tensor b,
        bool transposeB,
        Tensor c,
        MatMulShape shape,
        Tensor? bias,
        Tensor? gated)
        where TLauncher : struct, ITileLauncher
        where TFactors : struct, IFactors
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        var device = c.Device;
        using var factors = new AlignedFactors(a, transposeA, b, transposeB, shape);
        var schedule = TileSchedule.Of(shape, TLauncher.Tile, device.Info.Multiprocessors);
        var partCount = schedule.Units - schedule.WholeTiles;
        using var parts = partCount == 0
            ? null
            : Tensor.Empty(device, [partCount, schedule.RowsOfTile, schedule.ColumnsOfTile], DType.Float32);
        var partsView = parts.ViewOrEmpty<F32>();
        var biasView = bias.ViewOrEmpty<float>();
        var result = c.View<T>();
        var gatedView = gated.ViewOrEmpty<T>();
        TLauncher.Launch<TFactors, T, TPairs>(
            new TileArguments<T>(device, shape, schedule, transposeA, factors.A, transposeB, factors.B, biasView, result, result, partsView, gatedView));
        if (partCount > 0 && gated is not null)
        {
            device.Launch(
                GatedPartialSums.Run<T, TPairs>,
                GatedPartialSums.Config(schedule),
                partsView,
                result,
                gatedView,
                TLauncher.GatedBlock,
                schedule);
        }
        else if (partCount > 0)
        {
            device.Launch(
                PartialSums.Run<T, TPairs>,
                PartialSums.Config(schedule),
                partsView,
                biasView,
                result,
                result,
                schedule);
        }
    }
}
