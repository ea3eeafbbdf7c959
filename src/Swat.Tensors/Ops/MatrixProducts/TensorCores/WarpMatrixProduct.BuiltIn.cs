using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>Launches <see cref="WarpKernel"/> with tiles of some extent.</summary>
/// <typeparam name="TTile">The extents.</typeparam>
/// <typeparam name="TPieces">An eighth of the rows or columns of a warp.</typeparam>
internal readonly struct WarpMatrixProduct<TTile, TPieces> : ITileLauncher
    where TTile : struct, IWarpTile
    where TPieces : struct, IConstant
{
    public static TileExtents Tile => WarpKernel.Extents<TTile>();

    public static int GatedBlock => TTile.WarpExtent;

    public static void Launch<TFactors, T, TPairs>(in TileArguments<T> arguments)
        where TFactors : struct, IFactors
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        Action<ArrayView<ushort>, ArrayView<ushort>, ArrayView<float>, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<F32>, WarpFactorLayouts, TileSchedule> kernel =
            (arguments.TransposeA, arguments.TransposeB) switch
            {
                _ when arguments.Gated.Length > 0 => WarpKernel.Run<TFactors, T, TPairs, TTile, TPieces, No, Yes, Yes>,
                (false, false) => WarpKernel.Run<TFactors, T, TPairs, TTile, TPieces, No, No, No>,
                (false, true) => WarpKernel.Run<TFactors, T, TPairs, TTile, TPieces, No, Yes, No>,
                (true, false) => WarpKernel.Run<TFactors, T, TPairs, TTile, TPieces, Yes, No, No>,
                (true, true) => WarpKernel.Run<TFactors, T, TPairs, TTile, TPieces, Yes, Yes, No>,
            };
        arguments.Device.Launch(
            kernel,
            new KernelConfig(
                Math.Min(arguments.Schedule.Units, TTile.GroupsPerMultiprocessor * arguments.Device.Info.Multiprocessors),
                WarpKernel.GroupSize, WarpKernel.Shared<TTile>()),
            arguments.A.Elements,
            arguments.B.Elements,
            arguments.Bias,
            arguments.Addend,
            arguments.C,
            arguments.Gated,
            arguments.Parts,
            new WarpFactorLayouts(
                arguments.Shape.K,
                arguments.A.RowStride,
                arguments.B.RowStride,
                arguments.A.BatchStride,
                arguments.B.BatchStride),
            arguments.Schedule);
    }
}
