using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// What happens to 64 x 64 blocks of scores, queries by keys, in the registers of a warpgroup. A work item holds two queries,
/// row and row + 8: element 4·j + 2·h + e is that of query row + 8·h and key firstKey + 8·j + 2·(lane mod 4) + e.
/// </summary>
internal readonly struct RowScores<TSoftmax>
    where TSoftmax : struct, IFlag
{
    // The work item's first query minus its first key's place in a block.
    private readonly int offset;
    private readonly float scale;
    private readonly float slope;

    /// <param name="row">The work item's first query.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="slope">Of the head.</param>
    public RowScores(int row, in AttentionShape shape, float slope)
    {
        offset = row - AttentionBlocks.Column();
        scale = ScoreUnit.Of<TSoftmax>() * shape.Scale;
        this.slope = ScoreUnit.Of<TSoftmax>() * slope;
    }

    private int Row => offset + AttentionBlocks.ColumnAnew();

    /// <summary>
    /// Turns scores into weights, in place. Sigmoid: the weights. Softmax: exponentials relative to the largest score of a query so far,
    /// to which what was summed before is brought.
    /// </summary>
    /// <param name="scores">32 products of queries and keys.</param>
    /// <param name="firstKey">Position of the block's first key.</param>
    /// <param name="firsts">First positions of the tokens' documents.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="maxima">Of the two queries, softmax only.</param>
    /// <param name="totals">The work item's sums of exponentials, softmax only.</param>
    /// <param name="sums">The two queries' accumulators, softmax only.</param>
    /// <param name="sumCount">How many there are.</param>
    public void Weigh<TMasked>(
        ArrayView<float> scores,
        int firstKey,
        ArrayView<int> firsts,
        in AttentionShape shape,
        int batch,
        ArrayView<float> maxima,
        ArrayView<float> totals,
        ArrayView<float> sums,
        int sumCount)
        where TMasked : struct, IFlag
    {
        for (var h = 0; h < 2; h++)
        {
            var distance = offset + 8 * h - firstKey;
            // Few blocks are masked: for them this is looked up again, as registers are scarce. Rows behind the sequence are not stored; its
            // last query may stand for them.
            var back = TMasked.Value ? AttentionReach.Back(firsts, shape, batch, XMath.Min(Row + 8 * h, shape.Length - 1)) : 0;
            if (TSoftmax.Value)
                Exponentials<TMasked>(scores, h, distance, back, maxima, totals, sums, sumCount);
            else
                Sigmoids<TMasked>(scores, h, distance, back);
        }
    }

    /// <summary>Completes the totals of softmax and divides the sums by them.</summary>
    public void Normalise(ArrayView<float> totals, ArrayView<float> sums, int sumCount)
    {
        for (var h = 0; h < 2; h++)
        {
            var total = totals[h];
            total += Warp.ShuffleXor(total, 1);
            total += Warp.ShuffleXor(total, 2);
            totals[h] = total;
            var factor = 1 / total;
            for (var i = 0; i < sumCount / 4; i++)
            {
                sums[4 * i + 2 * h] *= factor;
                sums[4 * i + 2 * h + 1] *= factor;
            }
        }
    }

    /// <summary>Stores log Σ exp of the two queries, in float32 [batch, heads, length].</summary>
    public void StoreLogSums(
        ArrayView<float> maxima, ArrayView<float> totals, ArrayView<float> logSums, in AttentionShape shape, int batch, int head)
    {
        for (var h = 0; h < 2; h++)
        {
            if (Row + 8 * h < shape.Length)
                logSums[((long)batch * shape.Heads + head) * shape.Length + Row + 8 * h] = (maxima[h] + XMath.Log2(totals[h])) * ScoreUnit.Ln2;
        }
    }

    private void Sigmoids<TMasked>(ArrayView<float> scores, int h, int distance, int back)
        where TMasked : struct, IFlag
    {
        var bias = slope * distance;
        for (var j = 0; j < 8; j++)
        {
            for (var e = 0; e < 2; e++)
            {
                var i = 4 * j + 2 * h + e;
                var tanh = AttentionBlocks.Tanh(MathF.FusedMultiplyAdd(scale, scores[i], MathF.FusedMultiplyAdd(-slope, 8 * j + e, bias)));
                if (TMasked.Value)
                    tanh = (uint)(distance - 8 * j - e) <= (uint)back ? tanh : -1;
                scores[i] = MathF.FusedMultiplyAdd(0.5f, tanh, 0.5f);
            }
        }
    }

    private void Exponentials<TMasked>(
        ArrayView<float> scores,
        int h,
        int distance,
        int back,
        ArrayView<float> maxima,
        ArrayView<float> totals,
        ArrayView<float> sums,
        int sumCount)
        where TMasked : struct, IFlag
    {
        var bias = slope * distance;
        var max = maxima[h];
        for (var j = 0; j < 8; j++)
        {
            for (var e = 0; e < 2; e++)
            {
                var i = 4 * j + 2 * h + e;
                var score = MathF.FusedMultiplyAdd(scale, scores[i], MathF.FusedMultiplyAdd(-slope, 8 * j + e, bias));
                if (TMasked.Value)
                    score = (uint)(distance - 8 * j - e) <= (uint)back ? score : float.NegativeInfinity;
                scores[i] = score;
                max = XMath.Max(max, score);
            }
        }

        // A query's keys are spread over four lanes.
        max = XMath.Max(max, Warp.ShuffleXor(max, 1));
        max = XMath.Max(max, Warp.ShuffleXor(max, 2));
        // Without a key so far, all weights are 0.
        var origin = max == float.NegativeInfinity ? 0 : max;
        var decay = AttentionBlocks.Exp2(maxima[h] - origin);
        maxima[h] = max;
        var total = totals[h] * decay;
        for (var j = 0; j < 8; j++)
        {
            for (var e = 0; e < 2; e++)
            {
                var i = 4 * j + 2 * h + e;
                scores[i] = AttentionBlocks.Exp2(scores[i] - origin);
                total += scores[i];
            }
        }

        totals[h] = total;
        for (var i = 0; i < sumCount / 4; i++)
        {
            sums[4 * i + 2 * h] *= decay;
            sums[4 * i + 2 * h + 1] *= decay;
        }
    }
}
