using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// Weights P and derivatives dS of 64 x 64 blocks of scores, keys by queries, in the registers of a warpgroup. A work item holds two
/// keys, row and row + 8: element 4·j + 2·h + e is that of key row + 8·h and query firstQuery + 8·j + 2·(lane mod 4) + e.
/// </summary>
internal readonly struct ColumnDerivatives<TSoftmax>
    where TSoftmax : struct, IFlag
{
    // The place of the work item's first query in a block minus its first key.
    private readonly int offset;
    private readonly float scale;

    /// <param name="row">The work item's first key.</param>
    /// <param name="shape">Extents.</param>
    public ColumnDerivatives(int row, in AttentionShape shape)
    {
        offset = AttentionBlocks.Column() - row;
        scale = ScoreUnit.Of<TSoftmax>() * shape.Scale;
    }

    /// <summary>P and dS, rounded to the left operands of the next products.</summary>
    /// <param name="scores">32 products of keys and queries.</param>
    /// <param name="products">dP.</param>
    /// <param name="weights">16 words of P.</param>
    /// <param name="derivatives">16 words of dS, in units of <see cref="ScoreUnit.DerivativesPerUnit"/>.</param>
    /// <param name="origin">Position of the group's first key.</param>
    /// <param name="firstQuery">Position of the block's first query.</param>
    /// <param name="slope">Of the head, in units of <see cref="ScoreUnit"/>.</param>
    /// <param name="lasts">Last positions of the tokens' documents.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="statistics">
    /// Softmax only, of the block's queries: slope·(position - origin) - log Σ exp in units of log2 e, and
    /// <see cref="HopperBackwardKey.StageStatistics"/> behind them the deltas.
    /// </param>
    public void Derive<T, TMasked>(
        ArrayView<float> scores,
        ArrayView<float> products,
        ArrayView<uint> weights,
        ArrayView<uint> derivatives,
        int origin,
        int firstQuery,
        float slope,
        ArrayView<int> lasts,
        in AttentionShape shape,
        int batch,
        ArrayView<float> statistics)
        where T : struct, IMatrixElement
        where TMasked : struct, IFlag
    {
        var (ahead0, ahead1) = (0, 0);
        if (TMasked.Value)
        {
            // Few blocks are masked: for them this is looked up again, as registers are scarce. Rows behind the sequence are not stored; its
            // last key may stand for them.
            var row = AttentionBlocks.ColumnAnew() - offset;
            ahead0 = AttentionReach.Ahead(lasts, shape, batch, XMath.Min(row, shape.Length - 1));
            ahead1 = AttentionReach.Ahead(lasts, shape, batch, XMath.Min(row + 8, shape.Length - 1));
        }

        var distance = firstQuery + offset;
        // What the key adds to the scores; without softmax, what the key and the block's first query add.
        var keyBias = slope * (TSoftmax.Value ? origin + offset - AttentionBlocks.Column() : distance);
        for (var j = 0; j < 8; j++)
        {
            var (queryBias0, queryBias1, delta0, delta1) = (0f, 0f, 0f, 0f);
            if (TSoftmax.Value)
            {
                var column = AttentionBlocks.Column() + 8 * j;
                (queryBias0, queryBias1) = (statistics[column], statistics[column + 1]);
                column += HopperBackwardKey.StageStatistics;
                (delta0, delta1) = (statistics[column], statistics[column + 1]);
            }

            for (var h = 0; h < 2; h++)
            {
                // The same for j + 1 and the other key.
                var place = 8 * (j - h);
                var (bias0, bias1) = TSoftmax.Value
                    ? (queryBias0 + MathF.FusedMultiplyAdd(slope, -8 * h, keyBias), queryBias1 + MathF.FusedMultiplyAdd(slope, -8 * h, keyBias))
                    : (MathF.FusedMultiplyAdd(slope, place, keyBias), MathF.FusedMultiplyAdd(slope, place + 1, keyBias));
                var i = 4 * j + 2 * h;
                var ahead = h == 0 ? ahead0 : ahead1;
                var (weight0, derivative0) = Derive<TMasked>(scores[i], products[i], bias0, distance + place, ahead, delta0);
                var (weight1, derivative1) = Derive<TMasked>(scores[i + 1], products[i + 1], bias1, distance + place + 1, ahead, delta1);
                weights[i / 2] = T.Pack(weight0, weight1);
                derivatives[i / 2] = T.Pack(derivative0, derivative1);
            }
        }
    }

    /// <summary>P and dS of one pair.</summary>
    private (float Weight, float Derivative) Derive<TMasked>(
        float score, float product, float bias, int distance, int ahead, float delta)
        where TMasked : struct, IFlag
    {
        var isSeen = !TMasked.Value || (uint)distance <= (uint)ahead;
        if (TSoftmax.Value)
        {
            var weight = AttentionBlocks.Exp2(MathF.FusedMultiplyAdd(scale, score, bias));
            if (TMasked.Value)
                weight = isSeen ? weight : 0;
            return (weight, weight * (product - delta));
        }

        var tanh = AttentionBlocks.Tanh(MathF.FusedMultiplyAdd(scale, score, bias));
        // The sigmoid and its derivative are 0 then.
        if (TMasked.Value)
            tanh = isSeen ? tanh : -1;
        return (MathF.FusedMultiplyAdd(0.5f, tanh, 0.5f), product * MathF.FusedMultiplyAdd(-tanh, tanh, 1));
    }
}
