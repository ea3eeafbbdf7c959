using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// The epilogue of a product that is gated besides: C = sums, and silu(gate)·up of its halves. Registers as in <see cref="ResultTile"/>; the
/// first half of a work item's columns are gates, the second the ups of the same columns.
/// </summary>
internal static class GatedTile
{
    /// <summary>Writes both results, as far as they reach.</summary>
    /// <typeparam name="TRows">Rows that the work item holds.</typeparam>
    /// <typeparam name="TColumns">Pairs of columns that it holds, gates and ups.</typeparam>
    /// <param name="sums">The sums.</param>
    /// <param name="c">[M, N].</param>
    /// <param name="gated">[M, N / 2].</param>
    /// <param name="firstRow">The work item's first row.</param>
    /// <param name="firstColumn">Its first gate, an even number.</param>
    /// <param name="schedule">Extents; N / 2 is even.</param>
    public static void Store<T, TPairs, TRows, TColumns>(
        ArrayView<float> sums,
        ArrayView<T> c,
        ArrayView<T> gated,
        int firstRow,
        int firstColumn,
        TileSchedule schedule)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
    {
        var width = schedule.N / 2;
        for (var i = 0; i < TRows.Value; i++)
        {
            var row = firstRow + 8 * i;
            var start = (long)row * width;
            for (var j = 0; j < TColumns.Value / 2; j++)
            {
                var column = firstColumn + 8 * j;
                if (row < schedule.M & column < width)
                {
                    var gate = FloatPair.Of(sums, ResultTile.Register<TColumns>(i, j));
                    var up = FloatPair.Of(sums, ResultTile.Register<TColumns>(i, j + TColumns.Value / 2));
                    TPairs.Store(c, 2 * start + column, gate);
                    TPairs.Store(c, 2 * start + width + column, up);
                    TPairs.Store(gated, start + column, Gate<T, TPairs>(gate, up));
                }
            }
        }
    }

    /// <summary>silu(gate)·up of what is stored of gate and up, as a kernel that reads them again computes it.</summary>
    public static FloatPair Gate<T, TPairs>(FloatPair gate, FloatPair up)
        where T : unmanaged
        where TPairs : struct, IResultPairs<T>
    {
        gate = TPairs.Round(gate);
        up = TPairs.Round(up);
        return new FloatPair(SwiGluOp.FastValue(gate.First, up.First), SwiGluOp.FastValue(gate.Second, up.Second));
    }
}
