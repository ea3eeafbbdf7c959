namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// How groups share out a product, or a batch of them. The tiles of all results are numbered; those up to
/// <paramref name="WholeTiles"/> are one unit of work each, the others are cut along k into <paramref name="Parts"/> units, whose sums
/// <see cref="PartialSums"/> adds up. Also the epilogue.
/// </summary>
/// <param name="M">Rows of a result.</param>
/// <param name="N">Columns of a result.</param>
/// <param name="RowsOfTile">Rows of a tile.</param>
/// <param name="ColumnsOfTile">Columns of a tile.</param>
/// <param name="TileRows">Tiles along the rows of one result.</param>
/// <param name="TileColumns">Tiles along its columns.</param>
/// <param name="Steps">Steps along k.</param>
/// <param name="WholeTiles">Tiles that are not cut.</param>
/// <param name="Parts">Units that each of the other tiles is cut into.</param>
/// <param name="Units">Units in all.</param>
/// <param name="Band">Tiles along the rows that are computed together, column after column.</param>
/// <param name="BatchA">1: each product has its own left factor; 0: all have the same.</param>
/// <param name="BatchB">1: each product has its own right factor; 0: all have the same.</param>
/// <param name="StrideC">Elements from one result to the next.</param>
/// <param name="HasPairs">1: every row of a result has an even number of elements and starts at an even one.</param>
/// <param name="HasOctets">1: every row of a result has a multiple of eight elements and starts at such a one.</param>
/// <param name="HasBias">1: add a number per column.</param>
/// <param name="HasAddend">1: add a matrix, laid out as the result.</param>
public readonly record struct TileSchedule(
    int M,
    int N,
    int RowsOfTile,
    int ColumnsOfTile,
    int TileRows,
    int TileColumns,
    int Steps,
    int WholeTiles,
    int Parts,
    int Units,
    int Band,
    int BatchA,
    int BatchB,
    long StrideC,
    int HasPairs,
    int HasOctets,
    int HasBias,
    int HasAddend)
{
    /// <summary>Beyond this many parts of a tile their sum costs more than idle multiprocessors do.</summary>
    private const int MaximumParts = 8;

    /// <summary>Tiles along the rows that share the columns of B' that are in the cache.</summary>
    private const int RowsOfBand = 8;

    /// <summary>
    /// Fills the multiprocessors: as many rounds of whole tiles as are full, the rest cut along k so that its units fill rounds as well
    /// as they can.
    /// </summary>
    /// <param name="shape">The product.</param>
    /// <param name="tile">The kernel's tile.</param>
    /// <param name="multiprocessors">Groups that run at a time.</param>
    public static TileSchedule Of(MatMulShape shape, TileExtents tile, int multiprocessors)
    {
        var tileRows = (shape.M + tile.Rows - 1) / tile.Rows;
        var tileColumns = (shape.N + tile.Columns - 1) / tile.Columns;
        var steps = (shape.K + tile.Depth - 1) / tile.Depth;
        var tiles = checked(tileRows * tileColumns * shape.Batch);
        var (whole, parts) = Cut(tiles, steps, tile.Depth, multiprocessors);
        return new TileSchedule(
            shape.M,
            shape.N,
            tile.Rows,
            tile.Columns,
            tileRows,
            tileColumns,
            steps,
            whole,
            parts,
            whole + (tiles - whole) * parts,
            RowsOfBand,
            shape.StrideA == 0 ? 0 : 1,
            shape.StrideB == 0 ? 0 : 1,
            shape.StrideC,
            shape.N % 2 == 0 && shape.StrideC % 2 == 0 ? 1 : 0,
            shape.N % 8 == 0 && shape.StrideC % 8 == 0 ? 1 : 0,
            shape.HasBias,
            shape.Accumulate);
    }

    private static (int Whole, int Parts) Cut(int tiles, int steps, int depth, int multiprocessors)
    {
        // Writing a part, and adding it up, takes about as long as this many elements along k.
        const int PartCost = 384;
        const int ShortestPart = 128;
        var rest = tiles % multiprocessors;
        var (bestParts, bestTime) = (1, steps);
        for (var parts = 2; parts <= MaximumParts && steps / parts * depth >= ShortestPart; parts++)
        {
            var rounds = (rest * parts + multiprocessors - 1) / multiprocessors;
            var time = rounds * ((steps + parts - 1) / parts + PartCost / depth) + PartCost / depth;
            if (time < bestTime)
                (bestParts, bestTime) = (parts, time);
        }

        return rest == 0 || bestParts == 1 ? (tiles, 1) : (tiles - rest, bestParts);
    }
}
