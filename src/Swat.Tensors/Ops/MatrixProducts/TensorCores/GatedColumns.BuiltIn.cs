using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// Which columns a tile of C = A·Bᵀ has where silu(left half of C)·right half is computed besides. A work item must hold both numbers of a
/// pair: the tile has columns of the left half, the gates, and the same ones of the right half, the ups, in blocks of half gates, half ups.
/// A block is what the columns of one work item are spread over.
/// </summary>
internal static class GatedColumns
{
    /// <summary>Starts copying the tile's rows of B for <see cref="WarpKernel"/>, whose blocks are the columns of a warp.</summary>
    /// <param name="b">[2·width, k], its rows <paramref name="stride"/> elements apart.</param>
    /// <param name="tile">[columns of the tile][<see cref="IWarpTile.Depth"/>].</param>
    /// <param name="firstColumn">The tile's first gate.</param>
    /// <param name="width">Gates in all.</param>
    /// <param name="start">First element along k.</param>
    /// <param name="depth">Elements along k in all.</param>
    /// <param name="stride">A multiple of 8.</param>
    /// <typeparam name="TTile">The kernel's tile.</typeparam>
    /// <typeparam name="TInside">All of the tile lies in the matrix; else zeros take the place of what does not.</typeparam>
    public static void Copy<TTile, TInside>(ArrayView<ushort> b, ArrayView<ushort> tile, int firstColumn, int width, int start, int depth, int stride)
        where TTile : struct, IWarpTile
        where TInside : struct, IFlag
    {
        var columns = WarpKernel.WarpsAcross * TTile.WarpExtent;
        var pieces = TTile.Depth / WarpKernel.PieceElements;
        var (row, piece) = (Group.IdxX / pieces, Group.IdxX % pieces);

        // The places of a work item's pieces are a multiple of eight rows apart, which leaves the swizzle as it is.
        var target = tile.SubView(WarpKernel.Place<TTile, No>(columns, row, piece));
        var element = start + WarpKernel.PieceElements * piece;
        var rounds = columns * pieces / WarpKernel.GroupSize;
        if (TInside.Value)
        {
            for (var i = 0; i < rounds; i++)
            {
                var below = i * (WarpKernel.GroupSize / pieces);
                var line = Column<TTile>(row + below, firstColumn) + (IsUp<TTile>(row + below) ? width : 0);
                AsyncCopy.Copy16(target.SubView(below * TTile.Depth), b.SubView((long)line * stride + element));
            }
        }
        else
        {
            // As in WarpKernel's other copies, a loop whose end is known at run time only.
            var bytes = sizeof(ushort) * Math.Clamp(depth - element, 0, WarpKernel.PieceElements);
            var count = Warp.Shuffle(rounds, 0);
            for (var i = 0; i < count; i++)
            {
                var below = i * (WarpKernel.GroupSize / pieces);
                var column = Column<TTile>(row + below, firstColumn);
                var line = column + (IsUp<TTile>(row + below) ? width : 0);
                AsyncCopy.Copy16(
                    target.SubView(below * TTile.Depth),
                    b.SubView((long)line * stride + element),
                    column < width ? bytes : 0);
            }
        }
    }

    /// <summary>The column of the gates, or of the ups, that a row of the tile of B is.</summary>
    private static int Column<TTile>(int row, int firstColumn)
        where TTile : struct, IWarpTile =>
        firstColumn + row / TTile.WarpExtent * (TTile.WarpExtent / 2) + row % (TTile.WarpExtent / 2);

    private static bool IsUp<TTile>(int row)
        where TTile : struct, IWarpTile => row / (TTile.WarpExtent / 2) % 2 != 0;
}
