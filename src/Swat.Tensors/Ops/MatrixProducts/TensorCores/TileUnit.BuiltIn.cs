namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>One unit of work of a <see cref="TileSchedule"/>: a tile, and a range of steps along k.</summary>
/// <param name="Batch">The product.</param>
/// <param name="Row">The tile's place along the rows.</param>
/// <param name="Column">The tile's place along the columns.</param>
/// <param name="FirstStep">First step.</param>
/// <param name="EndStep">The step behind the last.</param>
/// <param name="Part">For a part of a tile its number among all parts; -1 for a whole tile.</param>
public readonly record struct TileUnit(int Batch, int Row, int Column, int FirstStep, int EndStep, int Part)
{
    public static TileUnit Of(TileSchedule schedule, int unit)
    {
        var (tile, first, end, part) = (unit, 0, schedule.Steps, -1);
        if (unit >= schedule.WholeTiles)
        {
            part = unit - schedule.WholeTiles;
            var split = part / schedule.Parts;
            tile = schedule.WholeTiles + split;
            var position = part - split * schedule.Parts;
            first = position * schedule.Steps / schedule.Parts;
            end = (position + 1) * schedule.Steps / schedule.Parts;
        }

        var tiles = schedule.TileRows * schedule.TileColumns;
        var batch = tile / tiles;
        tile -= batch * tiles;
        var band = tile / (schedule.Band * schedule.TileColumns);
        var firstRow = band * schedule.Band;
        var rows = Math.Min(schedule.Band, schedule.TileRows - firstRow);
        tile -= firstRow * schedule.TileColumns;
        var column = tile / rows;
        return new TileUnit(batch, firstRow + tile - column * rows, column, first, end, part);
    }
}
