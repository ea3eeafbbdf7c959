using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// Adds up the parts of the tiles that a <see cref="TileSchedule"/> cuts along k, in order, so that the result does not depend on which
/// group finished first: C = Σ_parts + bias + addend. A group takes eight rows of a tile, a work item two columns at a time.
/// Memory-bound: 4·parts bytes read for an element.
/// </summary>
internal static class PartialSums
{
    public const int GroupSize = TileSchedule.Columns / 2;
    private const int RowsOfGroup = 8;
    private const int GroupsOfTile = TileSchedule.Rows / RowsOfGroup;

    public static int Groups(TileSchedule schedule) => (schedule.Units - schedule.WholeTiles) / schedule.Parts * GroupsOfTile;

    [LaunchBounds(GroupSize)]
    public static void Run<T, TPairs>(
        ArrayView<F32> parts,
        ArrayView<float> bias,
        ArrayView<T> addend,
        ArrayView<T> c,
        TileSchedule schedule)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        const int TileElements = TileSchedule.Rows * TileSchedule.Columns;
        var split = Grid.IdxX / GroupsOfTile;
        var firstRow = Grid.IdxX % GroupsOfTile * RowsOfGroup;
        var unit = TileUnit.Of(schedule, schedule.WholeTiles + split * schedule.Parts);
        var column = 2 * Group.IdxX;
        for (var i = 0; i < RowsOfGroup; i++)
        {
            var row = unit.Row * TileSchedule.Rows + firstRow + i;
            if (row >= schedule.M)
                return;
            var source = parts.SubView((long)split * schedule.Parts * TileElements + (firstRow + i) * TileSchedule.Columns + column);
            var (first, second) = (0f, 0f);
            for (var part = 0; part < schedule.Parts; part++)
            {
                var value = Float32Pairs.Load(source, (long)part * TileElements);
                first += value.First;
                second += value.Second;
            }

            ResultTile.Store<T, TPairs>(
                new FloatPair(first, second),
                bias,
                addend,
                c,
                unit.Batch * schedule.StrideC + (long)row * schedule.N,
                unit.Column * TileSchedule.Columns + column,
                schedule);
        }
    }
}
