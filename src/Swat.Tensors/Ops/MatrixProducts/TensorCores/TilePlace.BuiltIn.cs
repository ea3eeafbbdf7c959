namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>Where a tile lies: bands of some rows of tiles one below the other, in each column after column.</summary>
/// <param name="Batch">The product.</param>
/// <param name="Row">The tile's place along the rows.</param>
/// <param name="Column">The tile's place along the columns.</param>
public readonly record struct TilePlace(int Batch, int Row, int Column)
{
    public static TilePlace Of(TileSchedule schedule, int tile)
    {
        var tiles = schedule.TileRows * schedule.TileColumns;
        var batch = tile / tiles;
        tile -= batch * tiles;
        var firstRow = tile / (schedule.Band * schedule.TileColumns) * schedule.Band;
        tile -= firstRow * schedule.TileColumns;
        var rows = Math.Min(schedule.Band, schedule.TileRows - firstRow);
        var column = tile / rows;
        return new TilePlace(batch, firstRow + tile - column * rows, column);
    }
}
