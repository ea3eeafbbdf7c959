using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Attention.Portable;

/// <summary>
/// The portable forward kernel of <see cref="SlidingWindowAttentionOp"/>: a group per block of queries, head and sequence; queries are
/// fixed, keys and values are streamed.
/// <para>
/// For each block of keys that the window of some query of the block reaches: bring the keys, scores = keys·queriesᵀ; weights from the
/// scores, into shared memory; bring the values over the keys, output += weightsᵀ·values. Blocks outside all windows are never visited;
/// only a block that the diagonal or the window's far end crosses compares positions.
/// </para>
/// <para>
/// Softmax keeps, for each query, the largest score so far and the sum of the exponentials relative to it; where the maximum grows, the
/// sum and the output are scaled down. Their logarithm is stored for the backward pass.
/// </para>
/// <para>
/// Shared memory: HeadDim·(Fixed + Vector) + Streamed·(Chunk + Vector) + Streamed·Fixed + Fixed floats. Reads q once, k and v about
/// (window + Fixed)/Fixed times (mostly from cache), writes o once. On an H200, 8 x 4096 tokens, 16 heads of 64, window 1024, bfloat16: 3.54 ms,
/// 34 TFLOP/s, without tensor cores; about two thirds of the instructions are multiplications and additions.
/// </para>
/// </summary>
internal static class AttentionForward
{
    /// <summary>Computes the output, and for softmax the logarithm of each query's sum of exponentials.</summary>
    public static void Launch<TSoftmax, TLayout>(
        AttentionInputs inputs,
        Tensor output,
        Tensor? logSums)
        where TSoftmax : struct, IFlag
        where TLayout : struct, ITileLayout =>
        ElementTypes.Select("attention", inputs.Query.DType, Launch<F32, TSoftmax, TLayout>, Launch<BF16, TSoftmax, TLayout>, Launch<F16, TSoftmax, TLayout>)(
            inputs, output, logSums);

    private static void Launch<T, TSoftmax, TLayout>(
        AttentionInputs inputs,
        Tensor output,
        Tensor? logSums)
        where T : unmanaged, IElement<T>
        where TSoftmax : struct, IFlag
        where TLayout : struct, ITileLayout
    {
        // Head dimension, then Fixed, Streamed and Chunk.
        switch (inputs.Query.Shape[3])
        {
            case 16:
                Launch<T, C16, C64, C64, C16, TSoftmax, TLayout>(inputs, output, logSums);
                break;
            case 32:
                Launch<T, C32, C64, C64, C32, TSoftmax, TLayout>(inputs, output, logSums);
                break;
            case 48:
                Launch<T, C48, C64, C64, C48, TSoftmax, TLayout>(inputs, output, logSums);
                break;
            case 64:
                Launch<T, C64, C64, C32, C64, TSoftmax, TLayout>(inputs, output, logSums);
                break;
            case 80:
                Launch<T, C80, C64, C32, C80, TSoftmax, TLayout>(inputs, output, logSums);
                break;
            case 96:
                Launch<T, C96, C64, C32, C96, TSoftmax, TLayout>(inputs, output, logSums);
                break;
            case 128:
                Launch<T, C128, C64, C16, C128, TSoftmax, TLayout>(inputs, output, logSums);
                break;
            case 256:
                Launch<T, C256, C16, C16, C256, TSoftmax, TLayout>(inputs, output, logSums);
                break;
            default:
                throw new ArgumentException($"there is no attention kernel for the head dimension {inputs.Query.Shape[3]}");
        }
    }

    private static void Launch<T, THead, TFixed, TStreamed, TChunk, TSoftmax, TLayout>(
        AttentionInputs inputs,
        Tensor output,
        Tensor? logSums)
        where T : unmanaged, IElement<T>
        where THead : struct, IConstant
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TChunk : struct, IConstant
        where TSoftmax : struct, IFlag
        where TLayout : struct, ITileLayout =>
        inputs.Query.Device.Launch(
            Kernel<T, THead, TFixed, TStreamed, TChunk, TSoftmax, TLayout>,
            AttentionTile.Config<TFixed, TLayout>(inputs.Query.Shape[0], inputs.Shape.Heads, inputs.Shape.Length),
            inputs.Query.View<T>(),
            inputs.Key.View<T>(),
            inputs.Value.View<T>(),
            inputs.Slopes.ViewOrEmpty<float>(),
            (inputs.Documents?.First).ViewOrEmpty<int>(),
            output.View<T>(),
            logSums.ViewOrEmpty<float>(),
            inputs.Shape);

    /// <param name="query">[batch, length, heads, head_dim].</param>
    /// <param name="key">[batch, length, kv_heads, head_dim].</param>
    /// <param name="value">As key.</param>
    /// <param name="slopes">[heads], or empty.</param>
    /// <param name="firsts">[batch, length]: where each token's document begins; or empty.</param>
    /// <param name="output">As query.</param>
    /// <param name="logSums">[batch, heads, length]: softmax's log of the sum of exponentials; not touched for sigmoid.</param>
    /// <param name="shape">Extents and scores.</param>
    private static void Kernel<T, THead, TFixed, TStreamed, TChunk, TSoftmax, TLayout>(
        ArrayView<T> query,
        ArrayView<T> key,
        ArrayView<T> value,
        ArrayView<float> slopes,
        ArrayView<int> firsts,
        ArrayView<T> output,
        ArrayView<float> logSums,
        AttentionShape shape)
        where T : unmanaged, IElement<T>
        where THead : struct, IConstant
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TChunk : struct, IConstant
        where TSoftmax : struct, IFlag
        where TLayout : struct, ITileLayout
    {
        var queries = SharedMemory.Allocate<float>(THead.Value * (TFixed.Value + TLayout.Vector));
        var streamed = SharedMemory.Allocate<float>(TStreamed.Value * (TChunk.Value + TLayout.Vector));
        var weights = SharedMemory.Allocate<float>(TStreamed.Value * TFixed.Value);
        var rowFactors = SharedMemory.Allocate<float>(TFixed.Value);
        var results = LocalMemory.Allocate<float>(TFixed.Value / TLayout.Rows * (THead.Value / AttentionTile.Side));
        var scores = LocalMemory.Allocate<float>(TStreamed.Value / TLayout.Rows * (TFixed.Value / AttentionTile.Side));
        var maxima = LocalMemory.Allocate<float>(TFixed.Value / AttentionTile.Side);
        var sums = LocalMemory.Allocate<float>(TFixed.Value / AttentionTile.Side);
        var spans = LocalMemory.Allocate<int>(TFixed.Value / AttentionTile.Side);

        var firstQuery = Grid.IdxX * TFixed.Value;
        var head = Grid.IdxY;
        var batch = Grid.IdxZ;
        var keyHead = head / shape.HeadsPerKeyHead;
        var queryStride = shape.Heads * THead.Value;
        var keyStride = shape.KeyHeads * THead.Value;
        var slope = shape.HasSlopes != 0 ? slopes[head] : 0f;
        var queryStart = ((long)batch * shape.Length + firstQuery) * queryStride + head * THead.Value;
        var queryCount = shape.Length - firstQuery;

        AttentionTile.StageFixed<T, THead, TFixed, TLayout>(query.SubView(queryStart), queryStride, queryCount, shape.Scale, queries);
        AttentionTile.Clear(results, TFixed.Value / TLayout.Rows * (THead.Value / AttentionTile.Side));
        for (var j = 0; j < TFixed.Value / AttentionTile.Side; j++)
        {
            maxima[j] = ScoreUnit.Lowest;
            sums[j] = 0;
            var row = AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j);
            spans[j] = row < queryCount ? AttentionReach.Back(firsts, shape, batch, firstQuery + row) + 1 : 0;
        }

        var endKey = XMath.Min(shape.Length, firstQuery + TFixed.Value);
        // No query of the group sees what lies before the first key; every one sees what lies behind the common key, up to itself.
        var commonKey = endKey - 1 - AttentionReach.Back(firsts, shape, batch, endKey - 1);
        for (var firstKey = firstQuery - AttentionReach.Back(firsts, shape, batch, firstQuery); firstKey < endKey; firstKey += TStreamed.Value)
        {
            var keyStart = ((long)batch * shape.Length + firstKey) * keyStride + keyHead * THead.Value;
            var keyCount = shape.Length - firstKey;
            AttentionTile.Clear(scores, TStreamed.Value / TLayout.Rows * (TFixed.Value / AttentionTile.Side));
            for (var chunk = 0; chunk < THead.Value; chunk += TChunk.Value)
            {
                AttentionTile.StageStreamed<T, TStreamed, TChunk, TLayout>(key.SubView(keyStart + chunk), keyStride, keyCount, streamed);
                Group.Barrier();
                AttentionTile.Multiply<TFixed, TStreamed, TChunk, TLayout>(streamed, queries.SubView(chunk * (TFixed.Value + TLayout.Vector)), scores);
                Group.Barrier();
            }

            var isInside = firstKey + TStreamed.Value - 1 <= firstQuery && firstKey >= commonKey;
            if (isInside)
                Bias<TFixed, TStreamed, No, TLayout>(scores, slope, firstQuery - firstKey, spans);
            else
                Bias<TFixed, TStreamed, Yes, TLayout>(scores, slope, firstQuery - firstKey, spans);
            if (TSoftmax.Value)
                Rescale<THead, TFixed, TStreamed, TLayout>(scores, maxima, sums, results, streamed, rowFactors);
            for (var i = 0; i < TStreamed.Value / TLayout.Rows; i++)
            {
                for (var j = 0; j < TFixed.Value / AttentionTile.Side; j++)
                {
                    var score = scores[i * (TFixed.Value / AttentionTile.Side) + j];
                    weights[(Group.IdxY + i * TLayout.Rows) * TFixed.Value + AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j)] =
                        TSoftmax.Value ? score : Sigmoid.For<T>(score);
                }
            }

            for (var chunk = 0; chunk < THead.Value; chunk += TChunk.Value)
            {
                AttentionTile.StageStreamed<T, TStreamed, TChunk, TLayout>(value.SubView(keyStart + chunk), keyStride, keyCount, streamed);
                Group.Barrier();
                AttentionTile.Accumulate<TFixed, TStreamed, TChunk, TLayout>(
                    weights,
                    streamed,
                    results,
                    THead.Value / AttentionTile.Side,
                    chunk / AttentionTile.Side);
                Group.Barrier();
            }
        }

        if (TSoftmax.Value)
        {
            var rowStart = ((long)batch * shape.Heads + head) * shape.Length + firstQuery;
            Normalise<THead, TFixed, TStreamed, TLayout>(maxima, sums, results, streamed, rowFactors, logSums.SubView(rowStart), queryCount);
        }

        AttentionTile.Store<T, THead, TFixed, TChunk, TLayout>(results, 1, output.SubView(queryStart), queryStride, queryCount);
    }

    /// <summary>Adds slope·distance to the scores; those outside the window or of the future become -∞, whose weight is 0.</summary>
    /// <param name="scores">[Streamed/Rows][Fixed/16], keys by queries.</param>
    /// <param name="slope">Of the head.</param>
    /// <param name="offset">Position of the first query minus that of the first key.</param>
    /// <param name="spans">How many positions the work item's queries see, their own the first.</param>
    private static void Bias<TFixed, TStreamed, TMasked, TLayout>(ArrayView<float> scores, float slope, int offset, ArrayView<int> spans)
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TMasked : struct, IFlag
        where TLayout : struct, ITileLayout
    {
        for (var i = 0; i < TStreamed.Value / TLayout.Rows; i++)
        {
            for (var j = 0; j < TFixed.Value / AttentionTile.Side; j++)
            {
                var distance = offset + AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j) - (Group.IdxY + i * TLayout.Rows);
                var score = scores[i * (TFixed.Value / AttentionTile.Side) + j] + slope * distance;
                if (TMasked.Value)
                    score = (uint)distance < (uint)spans[j] ? score : float.NegativeInfinity;
                scores[i * (TFixed.Value / AttentionTile.Side) + j] = score;
            }
        }
    }

    /// <summary>Turns scores into exponentials relative to the largest score so far, and scales what was summed before to it.</summary>
    private static void Rescale<THead, TFixed, TStreamed, TLayout>(
        ArrayView<float> scores,
        ArrayView<float> maxima,
        ArrayView<float> sums,
        ArrayView<float> results,
        ArrayView<float> exchange,
        ArrayView<float> rowFactors)
        where THead : struct, IConstant
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TLayout : struct, ITileLayout
    {
        for (var j = 0; j < TFixed.Value / AttentionTile.Side; j++)
        {
            var max = maxima[j];
            for (var i = 0; i < TStreamed.Value / TLayout.Rows; i++)
                max = XMath.Max(max, scores[i * (TFixed.Value / AttentionTile.Side) + j]);
            exchange[Group.IdxY * TFixed.Value + AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j)] = max;
        }

        Group.Barrier();
        for (var j = 0; j < TFixed.Value / AttentionTile.Side; j++)
        {
            var max = exchange[AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j)];
            for (var y = 1; y < TLayout.Rows; y++)
                max = XMath.Max(max, exchange[y * TFixed.Value + AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j)]);
            var factor = MathF.Exp(maxima[j] - max);
            maxima[j] = max;
            var sum = sums[j] * factor;
            for (var i = 0; i < TStreamed.Value / TLayout.Rows; i++)
            {
                var weight = MathF.Exp(scores[i * (TFixed.Value / AttentionTile.Side) + j] - max);
                scores[i * (TFixed.Value / AttentionTile.Side) + j] = weight;
                sum += weight;
            }

            sums[j] = sum;
            // Every y computes the same factor.
            if (Group.IdxY == 0)
                rowFactors[AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j)] = factor;
        }

        Group.Barrier();
        ScaleRows<THead, TFixed, TLayout>(results, rowFactors);
    }

    /// <summary>Divides the output by the sum of its weights and stores the logarithm of that sum.</summary>
    private static void Normalise<THead, TFixed, TStreamed, TLayout>(
        ArrayView<float> maxima,
        ArrayView<float> sums,
        ArrayView<float> results,
        ArrayView<float> exchange,
        ArrayView<float> rowFactors,
        ArrayView<float> logSums,
        int queryCount)
        where THead : struct, IConstant
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TLayout : struct, ITileLayout
    {
        for (var j = 0; j < TFixed.Value / AttentionTile.Side; j++)
            exchange[Group.IdxY * TFixed.Value + AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j)] = sums[j];
        Group.Barrier();
        if (Group.IdxY == 0)
        {
            for (var j = 0; j < TFixed.Value / AttentionTile.Side; j++)
            {
                var row = AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j);
                var sum = 0f;
                for (var y = 0; y < TLayout.Rows; y++)
                    sum += exchange[y * TFixed.Value + row];
                rowFactors[row] = 1 / sum;
                if (row < queryCount)
                    logSums[row] = maxima[j] + MathF.Log(sum);
            }
        }

        Group.Barrier();
        ScaleRows<THead, TFixed, TLayout>(results, rowFactors);
    }

    private static void ScaleRows<THead, TFixed, TLayout>(ArrayView<float> results, ArrayView<float> rowFactors)
        where THead : struct, IConstant
        where TFixed : struct, IConstant
        where TLayout : struct, ITileLayout
    {
        for (var r = 0; r < TFixed.Value / TLayout.Rows; r++)
        {
            var factor = rowFactors[AttentionTile.Row<TFixed, TLayout>(Group.IdxY, r)];
            for (var c = 0; c < THead.Value / AttentionTile.Side; c++)
                results[r * (THead.Value / AttentionTile.Side) + c] *= factor;
        }
    }
}
