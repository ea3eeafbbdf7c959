using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// Adds up the parts of the tiles that a <see cref="TileSchedule"/> cuts along k, in order, so that the result does not depend on which
/// group finished first: C = Σ_parts + bias + addend. A work item has two neighbouring columns of a row. Memory-bound: 4·parts bytes read
/// for an element.
/// </summary>
internal static class PartialSums
{
    private const int GroupSize = 128;

    public static KernelConfig Config(TileSchedule schedule) => new(
        new Index2D((schedule.Units - schedule.WholeTiles) / schedule.Parts, schedule.RowsOfTile * schedule.ColumnsOfTile / 2 / GroupSize),
        new Index2D(GroupSize, 1));

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
        var place = TilePlace.Of(schedule, schedule.WholeTiles + Grid.IdxX);
        var element = 2 * (Grid.IdxY * GroupSize + Group.IdxX);
        var elements = schedule.RowsOfTile * schedule.ColumnsOfTile;
        var row = element / schedule.ColumnsOfTile;
        var column = element - row * schedule.ColumnsOfTile;
        var source = parts.SubView((long)Grid.IdxX * schedule.Parts * elements + element);
        var sums = LocalMemory.Allocate<float>(2);
        sums[0] = 0;
        sums[1] = 0;
        for (var part = 0; part < schedule.Parts; part++)
        {
            var value = Float32Pairs.Load(source, (long)part * elements);
            sums[0] += value.First;
            sums[1] += value.Second;
        }

        ResultTile.Store<T, TPairs, Constants.C1, Constants.C1>(
            sums,
            bias,
            addend,
            c,
            place.Row * schedule.RowsOfTile + row,
            place.Column * schedule.ColumnsOfTile + column,
            place,
            schedule);
    }
}
