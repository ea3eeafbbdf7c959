using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// The derivatives dS of 64 x 64 blocks of scores, queries by keys, in the registers of a warpgroup, with the layout of
/// <see cref="RowScores{TSoftmax}"/>. Sigmoid: dS = dP∘P∘(1 - P), softmax: dS = P∘(dP - delta).
/// </summary>
internal readonly struct RowDerivatives<TSoftmax>
    where TSoftmax : struct, IFlag
{
    // The work item's first query minus its first key's place in a block.
    private readonly int offset;
    private readonly int back0;
    private readonly int back1;
    private readonly float scale;
    private readonly float slope;
    private readonly float logSum0;
    private readonly float logSum1;
    private readonly float delta0;
    private readonly float delta1;

    /// <param name="row">The work item's first query.</param>
    /// <param name="firsts">First positions of the tokens' documents.</param>
    /// <param name="logSums">[batch, heads, length], softmax only.</param>
    /// <param name="deltas">As logSums.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The query's head.</param>
    /// <param name="slope">Of the head.</param>
    public RowDerivatives(
        int row,
        ArrayView<int> firsts,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        in AttentionShape shape,
        int batch,
        int head,
        float slope)
    {
        // Rows behind the sequence are not stored; the last query may stand for them.
        var (row0, row1) = (XMath.Min(row, shape.Length - 1), XMath.Min(row + 8, shape.Length - 1));
        offset = row - AttentionBlocks.Column();
        back0 = AttentionReach.Back(firsts, shape, batch, row0);
        back1 = AttentionReach.Back(firsts, shape, batch, row1);
        scale = ScoreUnit.Of<TSoftmax>() * shape.Scale;
        this.slope = ScoreUnit.Of<TSoftmax>() * slope;
        (logSum0, logSum1, delta0, delta1) = (0, 0, 0, 0);
        if (TSoftmax.Value)
        {
            var first = ((long)batch * shape.Heads + head) * shape.Length;
            logSum0 = ScoreUnit.Log2E * logSums[first + row0];
            logSum1 = ScoreUnit.Log2E * logSums[first + row1];
            delta0 = deltas[first + row0];
            delta1 = deltas[first + row1];
        }
    }

    /// <summary>Turns products of queries and keys into <see cref="ScoreUnit.DerivativesPerUnit"/> times dS, in place.</summary>
    /// <param name="scores">32 products of queries and keys.</param>
    /// <param name="products">dP.</param>
    /// <param name="firstKey">Position of the block's first key.</param>
    public void Derive<TMasked>(ArrayView<float> scores, ArrayView<float> products, int firstKey)
        where TMasked : struct, IFlag
    {
        var distance = offset - firstKey;
        var bias = slope * distance;
        for (var j = 0; j < 8; j++)
        {
            for (var h = 0; h < 2; h++)
            {
                var back = h == 0 ? back0 : back1;
                for (var e = 0; e < 2; e++)
                {
                    var i = 4 * j + 2 * h + e;
                    // The same for j + 1 and the other query.
                    var ahead = 8 * (j - h) + e;
                    var isSeen = !TMasked.Value || (uint)(distance - ahead) <= (uint)back;
                    if (TSoftmax.Value)
                    {
                        var rowBias = MathF.FusedMultiplyAdd(slope, 8 * h, bias) - (h == 0 ? logSum0 : logSum1);
                        var score = MathF.FusedMultiplyAdd(scale, scores[i], MathF.FusedMultiplyAdd(-slope, 8 * j + e, rowBias));
                        scores[i] = isSeen ? AttentionBlocks.Exp2(score) * (products[i] - (h == 0 ? delta0 : delta1)) : 0;
                    }
                    else
                    {
                        var tanh = AttentionBlocks.Tanh(
                            MathF.FusedMultiplyAdd(scale, scores[i], MathF.FusedMultiplyAdd(-slope, ahead, bias)));
                        scores[i] = isSeen ? MathF.FusedMultiplyAdd(-tanh, tanh, 1) * products[i] : 0;
                    }
                }
            }
        }
    }
}
