using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// <see cref="PartialSums"/> of a product that is gated besides. A work item has two neighbouring gates of a row and their ups.
/// </summary>
internal static class GatedPartialSums
{
    private const int GroupSize = 128;

    public static KernelConfig Config(TileSchedule schedule) => new(
        new Index2D((schedule.Units - schedule.WholeTiles) / schedule.Parts, schedule.RowsOfTile * schedule.ColumnsOfTile / 4 / GroupSize),
        new Index2D(GroupSize, 1));

    /// <param name="parts">[part][row of the tile][column of the tile].</param>
    /// <param name="c">[M, N].</param>
    /// <param name="gated">[M, N / 2].</param>
    /// <param name="block">Columns of a block of the tile; see <see cref="GatedColumns"/>.</param>
    /// <param name="schedule">Of the product.</param>
    [LaunchBounds(GroupSize)]
    public static void Run<T, TPairs>(ArrayView<F32> parts, ArrayView<T> c, ArrayView<T> gated, int block, TileSchedule schedule)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        var place = TilePlace.Of(schedule, schedule.WholeTiles + Grid.IdxX);
        var (half, width) = (block / 2, schedule.ColumnsOfTile / 2);
        var element = 2 * (Grid.IdxY * GroupSize + Group.IdxX);
        var row = element / width;
        var column = element - row * width;
        var elements = schedule.RowsOfTile * schedule.ColumnsOfTile;
        var source = parts.SubView(
            (long)Grid.IdxX * schedule.Parts * elements + row * schedule.ColumnsOfTile + column / half * block + column % half);

        // One row's registers; those between the halves are of another.
        var sums = LocalMemory.Allocate<float>(8);
        for (var i = 0; i < 8; i++)
            sums[i] = 0;
        for (var part = 0; part < schedule.Parts; part++)
        {
            var gate = Float32Pairs.Load(source, (long)part * elements);
            var up = Float32Pairs.Load(source, (long)part * elements + half);
            sums[0] += gate.First;
            sums[1] += gate.Second;
            sums[4] += up.First;
            sums[5] += up.Second;
        }

        GatedTile.Store<T, TPairs, C1, C2>(sums, c, gated, place.Row * schedule.RowsOfTile + row, place.Column * width + column, schedule);
    }
}
