using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.MatrixProducts.TensorCores;

namespace Swat.Tensors.Ops.MatrixProducts.WarpGroups;

/// <summary>Launches <see cref="WarpGroupKernel"/>.</summary>
internal readonly struct WarpGroupMatrixProduct : ITileLauncher
{
    public static TileExtents Tile => new(WarpGroupKernel.Rows, WarpGroupKernel.Columns, WarpGroupKernel.Depth);

    public static int GatedBlock => WarpGroupKernel.Columns;

    public static void Launch<TFactors, T, TPairs>(in TileArguments<T> arguments)
        where TFactors : struct, IFactors
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        // A bulk copy takes rows of multiples of 16 bytes; float32 results have whole sectors of memory in a warp's registers as it is.
        if (arguments.Gated.Length > 0)
            LaunchGated<TFactors, T, TPairs>(arguments);
        else if (Interop.SizeOf<T>() == sizeof(ushort) && arguments.Shape.N % 8 == 0 && arguments.Shape.StrideC % 8 == 0)
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
        Action<BulkTensor, BulkTensor, BulkTensor, BulkTensor, ArrayView<float>, ArrayView<T>, ArrayView<T>, ArrayView<F32>, TileSchedule> kernel =
            (arguments.TransposeA, arguments.TransposeB) switch
            {
                (false, false) => WarpGroupKernel.Run<TFactors, T, TPairs, TBulkStore, No, No, No>,
                (false, true) => WarpGroupKernel.Run<TFactors, T, TPairs, TBulkStore, No, Yes, No>,
                (true, false) => WarpGroupKernel.Run<TFactors, T, TPairs, TBulkStore, Yes, No, No>,
                (true, true) => WarpGroupKernel.Run<TFactors, T, TPairs, TBulkStore, Yes, Yes, No>,
            };
        arguments.Device.Launch(
            kernel,
            Config<TBulkStore, No>(arguments.Device, schedule),
            Describe(arguments.A, arguments.TransposeA ? shape.K : shape.M, shape.Batch, arguments.TransposeA ? WarpGroupKernel.Depth : WarpGroupKernel.Rows),
            Describe(arguments.B, arguments.TransposeB ? shape.N : shape.K, shape.Batch, arguments.TransposeB ? WarpGroupKernel.Columns : WarpGroupKernel.Depth),
            TBulkStore.Value ? Describe(arguments.C.Cast<ushort>(), shape.N, shape.M, shape.N, shape.Batch, shape.StrideC, WarpGroupKernel.RowsOfA) : default,
            default,
            arguments.Bias,
            arguments.Addend,
            arguments.C,
            arguments.Parts,
            schedule);
    }

    /// <summary>B and C as two matrices each, the gates and the ups.</summary>
    private static void LaunchGated<TFactors, T, TPairs>(in TileArguments<T> arguments)
        where TFactors : struct, IFactors
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        var (shape, b) = (arguments.Shape, arguments.B);
        var width = shape.N / 2;
        arguments.Device.Launch(
            WarpGroupKernel.Run<TFactors, T, TPairs, Yes, No, Yes, Yes>,
            Config<Yes, Yes>(arguments.Device, arguments.Schedule),
            Describe(arguments.A, shape.M, 1, WarpGroupKernel.Rows),
            Describe(b.Elements, b.Width, width, b.RowStride, 2, (long)width * b.RowStride, WarpGroupKernel.Columns / 2),
            // A row of C is a matrix of two rows.
            TensorMap.Describe(
                arguments.C.Cast<ushort>(),
                [width, 2, shape.M],
                [width, shape.N],
                [WarpGroupKernel.BoxWidth, 1, WarpGroupKernel.RowsOfA],
                TensorMapSwizzle.Bytes128),
            Describe(arguments.Gated.Cast<ushort>(), width, shape.M, width, 1, 0, WarpGroupKernel.RowsOfA),
            arguments.Bias,
            arguments.Addend,
            arguments.C,
            arguments.Parts,
            arguments.Schedule);
    }

    private static KernelConfig Config<TBulkStore, TGated>(TensorDevice device, TileSchedule schedule)
        where TBulkStore : struct, IFlag
        where TGated : struct, IFlag =>
        new(Math.Min(schedule.Units, device.Info.Multiprocessors), WarpGroupKernel.GroupSize, WarpGroupKernel.Shared<TBulkStore, TGated>());

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
