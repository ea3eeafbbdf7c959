using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>A kernel that works by a <see cref="TileSchedule"/>.</summary>
internal interface ITileLauncher
{
    static abstract TileExtents Tile { get; }

    /// <summary>For products that are gated besides: the blocks of the tile's columns; see <see cref="GatedColumns"/>.</summary>
    static abstract int GatedBlock { get; }

    static abstract void Launch<TFactors, T, TPairs>(in TileArguments<T> arguments)
        where TFactors : struct, IFactors
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>;
}
