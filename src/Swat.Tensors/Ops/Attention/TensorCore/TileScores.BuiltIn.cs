using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>
/// Positions and slopes in a tile's products. A tile's rows are queries, its columns keys, or the other way round; in both
/// cases the work item's element 2·h + e of product n of tile t is row group + 16·t + 8·h and column 2·pair + 8·n + e.
/// </summary>
internal static class TileScores
{
    /// <summary>
    /// Whether half the scale, which tanh takes, is a power of two: then one operand is multiplied by it beforehand without an error, and not
    /// each product.
    /// </summary>
    public static bool IsFolded<TSoftmax>(float scale)
        where TSoftmax : struct, IFlag => !TSoftmax.Value && float.IsPow2(scale);

    /// <summary>What a head's slope adds to a product for each position of distance: in units of the score over the scale, or tanh's.</summary>
    public static float PerPosition<TFolded>(ArrayView<float> slopes, int head, in AttentionShape shape)
        where TFolded : struct, IFlag
    {
        var slope = 0f;
        if (shape.HasSlopes != 0)
            slope = slopes[head];
        return TFolded.Value ? 0.5f * slope : slope / shape.Scale;
    }

    /// <summary>
    /// What the products are added to: perRow·(row - column), so that the slope costs one operation a pair. Row and column are those of the
    /// work item's first element.
    /// </summary>
    /// <param name="products">[TTiles][TStep/8][4].</param>
    /// <param name="perRow">What the slope adds to a product, for rows that are queries; its negative for keys.</param>
    /// <param name="distance">First row's position minus first column's.</param>
    public static void Begin<TTiles, TStep>(ArrayView<float> products, float perRow, int distance)
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
    {
        var first = perRow * distance;
        for (var t = 0; t < TTiles.Value; t++)
        {
            for (var n = 0; n < TStep.Value / 8; n++)
            {
                for (var i = 0; i < 4; i++)
                    products[(t * (TStep.Value / 8) + n) * 4 + i] = perRow * (16 * t + i / 2 * 8 - 8 * n - i % 2) + first;
            }
        }
    }

    /// <summary>Replaces what belongs to pairs that do not see each other.</summary>
    /// <param name="values">[TTiles][TStep/8][4].</param>
    /// <param name="replacement">What by.</param>
    /// <param name="row">Position of the work item's first row.</param>
    /// <param name="column">Position of the work item's first column.</param>
    /// <param name="limits">
    /// In shared memory, from the work item's first row: rows that are queries see the columns from their limit to themselves, rows that are
    /// keys are seen from themselves to their limit.
    /// </param>
    public static void Mask<TTiles, TStep, TRowsAreKeys>(ArrayView<float> values, float replacement, int row, int column, ArrayView<int> limits)
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
        where TRowsAreKeys : struct, IFlag
    {
        for (var t = 0; t < TTiles.Value; t++)
        {
            for (var h = 0; h < 2; h++)
            {
                var own = row + 16 * t + 8 * h - column;
                var limit = limits[16 * t + 8 * h] - column;
                var first = TRowsAreKeys.Value ? own : limit;
                var last = TRowsAreKeys.Value ? limit : own;
                for (var n = 0; n < TStep.Value / 8; n++)
                {
                    for (var e = 0; e < 2; e++)
                    {
                        var index = (t * (TStep.Value / 8) + n) * 4 + 2 * h + e;
                        values[index] = 8 * n + e >= first & 8 * n + e <= last ? values[index] : replacement;
                    }
                }
            }
        }
    }
}
