using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.MatrixProducts.TensorCores;

namespace Swat.Tensors.Ops.MatrixProducts.WarpGroups;

/// <summary>Launches <see cref="WarpGroupKernel"/>.</summary>
internal readonly struct WarpGroupMatrixProduct : ITileLauncher
{
    public static TileExtents Tile => new(WarpGroupKernel.Rows, WarpGroupKernel.Columns, WarpGroupKernel.Depth);

    public static void Launch<TFactors, T, TPairs>(in TileArguments<T> arguments)
        where TFactors : struct, IFactors
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        // A bulk copy takes rows of multiples of 16 bytes; float32 results have whole sectors of memory in a warp's registers as it is.
        if (Interop.SizeOf<T>() == sizeof(ushort) && arguments.Shape.N % 8 == 0 && arguments.Shape.StrideC % 8 == 0)
            Launch<TFactors, T, TPairs, Yes>(arguments);
        else
            Launch<TFactors, T, TPairs, No>(arguments);
    }

    private static void Launch<TFactors, T, TPairs, TBulkStore>(in TileArguments<T> arguments)
        where TFactors : struct, IFactors
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TBulkStore : struct, IFlag
    {
        var (shape, schedule) = (arguments.Shape, arguments.Schedule);
        Action<BulkTensor, BulkTensor, BulkTensor, ArrayView<float>, ArrayView<T>, ArrayView<T>, ArrayView<F32>, TileSchedule> kernel =
            (arguments.TransposeA, arguments.TransposeB) switch
            {
                (false, false) => WarpGroupKernel.Run<TFactors, T, TPairs, TBulkStore, No, No>,
                (false, true) => WarpGroupKernel.Run<TFactors, T, TPairs, TBulkStore, No, Yes>,
                (true, false) => WarpGroupKernel.Run<TFactors, T, TPairs, TBulkStore, Yes, No>,
                (true, true) => WarpGroupKernel.Run<TFactors, T, TPairs, TBulkStore, Yes, Yes>,
            };
        arguments.Device.Launch(
            kernel,
            new KernelConfig(Math.Min(schedule.Units, arguments.Device.Info.Multiprocessors), WarpGroupKernel.GroupSize, WarpGroupKernel.Shared<TBulkStore>()),
            Describe(arguments.A, arguments.TransposeA ? shape.K : shape.M, shape.Batch, arguments.TransposeA ? WarpGroupKernel.Depth : WarpGroupKernel.Rows),
            Describe(arguments.B, arguments.TransposeB ? shape.N : shape.K, shape.Batch, arguments.TransposeB ? WarpGroupKernel.Columns : WarpGroupKernel.Depth),
            TBulkStore.Value ? Describe(arguments.C.Cast<ushort>(), shape.N, shape.M, shape.N, shape.Batch, shape.StrideC, WarpGroupKernel.BoxWidth) : default,
            arguments.Bias,
            arguments.Addend,
            arguments.C,
            arguments.Parts,
            schedule);
    }

    private static BulkTensor Describe(in AlignedFactor factor, int height, int batch, int boxHeight) =>
        Describe(factor.Elements, factor.Width, height, factor.RowStride, batch, factor.BatchStride, boxHeight);

    private static BulkTensor Describe(ArrayView<ushort> elements, int width, int height, int rowStride, int batch, long batchStride, int boxHeight) =>
        TensorMap.Describe(
            elements,
            [width, height, batchStride == 0 ? 1 : batch],
            [rowStride, batchStride == 0 ? (long)rowStride * height : batchStride],
            [WarpGroupKernel.BoxWidth, boxHeight, 1],
            TensorMapSwizzle.Bytes128);
}
