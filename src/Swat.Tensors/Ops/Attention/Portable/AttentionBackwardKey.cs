using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Attention.Portable;

/// <summary>
/// The portable kernel for dK and dV of <see cref="SlidingWindowAttentionOp"/>: a group per block of keys, key head and sequence; keys and
/// values are fixed, queries and output gradients are streamed, for all query heads that share the key head, one after the other. No other
/// group writes to its rows, so nothing is added atomically and the order is always the same.
/// <para>
/// For each block of queries that sees a key of the block: scores = queries·keysᵀ, dP = dO·valuesᵀ, P and dS from both;
/// dV += Pᵀ·dO, dK += dSᵀ·queries; dK is scaled at the end.
/// </para>
/// <para>Shared memory: 2·HeadDim·(Fixed + Vector) + 2·Streamed·(Chunk + Vector) + Streamed·Fixed floats. Four products of head_dim for each
/// pair; on an H200 3.17 ms for 4 x 4096 tokens, 12 heads of 64, window 1024, bfloat16, through OpenCL: 28 TFLOP/s.</para>
/// </summary>
internal static class AttentionBackwardKey
{
    /// <summary>Computes dK and dV.</summary>
    public static void Launch<TSoftmax, TLayout>(AttentionInputs inputs, AttentionGradients gradients)
        where TSoftmax : struct, IFlag
        where TLayout : struct, ITileLayout =>
        ElementTypes.Select(
            "attention", inputs.Query.DType, Launch<F32, TSoftmax, TLayout>, Launch<BF16, TSoftmax, TLayout>, Launch<F16, TSoftmax, TLayout>)(
            inputs, gradients);

    private static void Launch<T, TSoftmax, TLayout>(AttentionInputs inputs, AttentionGradients gradients)
        where T : unmanaged, IElement<T>
        where TSoftmax : struct, IFlag
        where TLayout : struct, ITileLayout
    {
        // Head dimension, then Fixed, Streamed and Chunk.
        switch (inputs.Query.Shape[3])
        {
            case 16:
                Launch<T, C16, C64, C32, C16, TSoftmax, TLayout>(inputs, gradients);
                break;
            case 32:
                Launch<T, C32, C64, C32, C32, TSoftmax, TLayout>(inputs, gradients);
                break;
            case 48:
                Launch<T, C48, C64, C32, C48, TSoftmax, TLayout>(inputs, gradients);
                break;
            case 64:
                Launch<T, C64, C32, C32, C64, TSoftmax, TLayout>(inputs, gradients);
                break;
            case 80:
                Launch<T, C80, C32, C16, C80, TSoftmax, TLayout>(inputs, gradients);
                break;
            case 96:
                Launch<T, C96, C32, C16, C96, TSoftmax, TLayout>(inputs, gradients);
                break;
            case 128:
                Launch<T, C128, C32, C16, C64, TSoftmax, TLayout>(inputs, gradients);
                break;
            case 256:
                Launch<T, C256, C16, C16, C32, TSoftmax, TLayout>(inputs, gradients);
                break;
            default:
                throw new ArgumentException($"there is no attention kernel for the head dimension {inputs.Query.Shape[3]}");
        }
    }

    private static void Launch<T, THead, TFixed, TStreamed, TChunk, TSoftmax, TLayout>(AttentionInputs inputs, AttentionGradients gradients)
        where T : unmanaged, IElement<T>
        where THead : struct, IConstant
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TChunk : struct, IConstant
        where TSoftmax : struct, IFlag
        where TLayout : struct, ITileLayout =>
        inputs.Query.Device.Launch(
            Kernel<T, THead, TFixed, TStreamed, TChunk, TSoftmax, TLayout>,
            AttentionTile.Config<TFixed, TLayout>(inputs.Query.Shape[0], inputs.Shape.KeyHeads, inputs.Shape.Length),
            inputs.Query.View<T>(),
            inputs.Key.View<T>(),
            inputs.Value.View<T>(),
            inputs.Slopes.ViewOrEmpty<float>(),
            (inputs.Documents?.Last).ViewOrEmpty<int>(),
            gradients.Output.View<T>(),
            gradients.LogSums.ViewOrEmpty<float>(),
            gradients.Deltas.ViewOrEmpty<float>(),
            gradients.Key!.View<T>(),
            gradients.Value!.View<T>(),
            inputs.Shape);

    /// <param name="query">[batch, length, heads, head_dim].</param>
    /// <param name="key">[batch, length, kv_heads, head_dim].</param>
    /// <param name="value">As key.</param>
    /// <param name="slopes">[heads], or empty.</param>
    /// <param name="lasts">[batch, length]: where each token's document ends; or empty.</param>
    /// <param name="outputGradient">As query.</param>
    /// <param name="logSums">[batch, heads, length], softmax only.</param>
    /// <param name="deltas">[batch, heads, length], softmax only: Σ_d dO·O of a query.</param>
    /// <param name="keyGradient">As key.</param>
    /// <param name="valueGradient">As key.</param>
    /// <param name="shape">Extents and scores.</param>
    private static void Kernel<T, THead, TFixed, TStreamed, TChunk, TSoftmax, TLayout>(
        ArrayView<T> query,
        ArrayView<T> key,
        ArrayView<T> value,
        ArrayView<float> slopes,
        ArrayView<int> lasts,
        ArrayView<T> outputGradient,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        ArrayView<T> keyGradient,
        ArrayView<T> valueGradient,
        AttentionShape shape)
        where T : unmanaged, IElement<T>
        where THead : struct, IConstant
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TChunk : struct, IConstant
        where TSoftmax : struct, IFlag
        where TLayout : struct, ITileLayout
    {
        var keys = SharedMemory.Allocate<float>(THead.Value * (TFixed.Value + TLayout.Vector));
        var values = SharedMemory.Allocate<float>(THead.Value * (TFixed.Value + TLayout.Vector));
        var queries = SharedMemory.Allocate<float>(TStreamed.Value * (TChunk.Value + TLayout.Vector));
        var gradients = SharedMemory.Allocate<float>(TStreamed.Value * (TChunk.Value + TLayout.Vector));
        var weights = SharedMemory.Allocate<float>(TStreamed.Value * TFixed.Value);
        var keyResults = LocalMemory.Allocate<float>(TFixed.Value / TLayout.Rows * (THead.Value / AttentionTile.Side));
        var valueResults = LocalMemory.Allocate<float>(TFixed.Value / TLayout.Rows * (THead.Value / AttentionTile.Side));
        var scores = LocalMemory.Allocate<float>(TStreamed.Value / TLayout.Rows * (TFixed.Value / AttentionTile.Side));
        var products = LocalMemory.Allocate<float>(TStreamed.Value / TLayout.Rows * (TFixed.Value / AttentionTile.Side));
        var spans = LocalMemory.Allocate<int>(TFixed.Value / AttentionTile.Side);

        var firstKey = Grid.IdxX * TFixed.Value;
        var keyHead = Grid.IdxY;
        var batch = Grid.IdxZ;
        var queryStride = shape.Heads * THead.Value;
        var keyStride = shape.KeyHeads * THead.Value;
        var keyStart = ((long)batch * shape.Length + firstKey) * keyStride + keyHead * THead.Value;
        var keyCount = shape.Length - firstKey;

        AttentionTile.StageFixed<T, THead, TFixed, TLayout>(key.SubView(keyStart), keyStride, keyCount, shape.Scale, keys);
        AttentionTile.StageFixed<T, THead, TFixed, TLayout>(value.SubView(keyStart), keyStride, keyCount, 1, values);
        AttentionTile.Clear(keyResults, TFixed.Value / TLayout.Rows * (THead.Value / AttentionTile.Side));
        AttentionTile.Clear(valueResults, TFixed.Value / TLayout.Rows * (THead.Value / AttentionTile.Side));

        for (var j = 0; j < TFixed.Value / AttentionTile.Side; j++)
        {
            var row = AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j);
            spans[j] = row < keyCount ? AttentionReach.Ahead(lasts, shape, batch, firstKey + row) + 1 : 0;
        }

        // No query behind the last one sees a key of the group; every one up to the common query sees all of them that are not behind it.
        var lastKey = XMath.Min(shape.Length, firstKey + TFixed.Value) - 1;
        var lastQuery = lastKey + AttentionReach.Ahead(lasts, shape, batch, lastKey);
        var commonQuery = firstKey + AttentionReach.Ahead(lasts, shape, batch, firstKey);
        for (var head = keyHead * shape.HeadsPerKeyHead; head < (keyHead + 1) * shape.HeadsPerKeyHead; head++)
        {
            var slope = shape.HasSlopes != 0 ? slopes[head] : 0f;
            for (var firstQuery = firstKey; firstQuery <= lastQuery; firstQuery += TStreamed.Value)
            {
                var queryStart = ((long)batch * shape.Length + firstQuery) * queryStride + head * THead.Value;
                var queryCount = shape.Length - firstQuery;
                AttentionTile.Clear(scores, TStreamed.Value / TLayout.Rows * (TFixed.Value / AttentionTile.Side));
                AttentionTile.Clear(products, TStreamed.Value / TLayout.Rows * (TFixed.Value / AttentionTile.Side));
                for (var chunk = 0; chunk < THead.Value; chunk += TChunk.Value)
                {
                    AttentionTile.StageStreamed<T, TStreamed, TChunk, TLayout>(query.SubView(queryStart + chunk), queryStride, queryCount, queries);
                    AttentionTile.StageStreamed<T, TStreamed, TChunk, TLayout>(
                        outputGradient.SubView(queryStart + chunk),
                        queryStride,
                        queryCount,
                        gradients);
                    Group.Barrier();
                    AttentionTile.Multiply<TFixed, TStreamed, TChunk, TLayout>(queries, keys.SubView(chunk * (TFixed.Value + TLayout.Vector)), scores);
                    AttentionTile.Multiply<TFixed, TStreamed, TChunk, TLayout>(gradients, values.SubView(chunk * (TFixed.Value + TLayout.Vector)), products);
                    Group.Barrier();
                }

                var isInside = firstKey + TFixed.Value - 1 <= firstQuery && firstQuery + TStreamed.Value - 1 <= commonQuery;
                var rows = ((long)batch * shape.Heads + head) * shape.Length + firstQuery;
                // The sigmoid has no statistics: these views are empty then.
                var rowLogSums = TSoftmax.Value ? logSums.SubView(rows) : logSums;
                var rowDeltas = TSoftmax.Value ? deltas.SubView(rows) : deltas;
                var offset = firstQuery - firstKey;
                if (isInside)
                {
                    WeightsAndGradients<T, TFixed, TStreamed, TSoftmax, No, TLayout>(
                        scores, products, rowLogSums, rowDeltas, slope, offset, queryCount, spans);
                }
                else
                {
                    WeightsAndGradients<T, TFixed, TStreamed, TSoftmax, Yes, TLayout>(
                        scores, products, rowLogSums, rowDeltas, slope, offset, queryCount, spans);
                }

                // The last chunk is still in shared memory: it goes first, the others are brought again.
                for (var back = THead.Value - TChunk.Value; back >= 0; back -= TChunk.Value)
                {
                    if (back < THead.Value - TChunk.Value)
                    {
                        AttentionTile.StageStreamed<T, TStreamed, TChunk, TLayout>(query.SubView(queryStart + back), queryStride, queryCount, queries);
                        AttentionTile.StageStreamed<T, TStreamed, TChunk, TLayout>(
                            outputGradient.SubView(queryStart + back),
                            queryStride,
                            queryCount,
                            gradients);
                    }

                    Publish<TFixed, TStreamed, TLayout>(scores, weights);
                    Group.Barrier();
                    AttentionTile.Accumulate<TFixed, TStreamed, TChunk, TLayout>(
                        weights,
                        gradients,
                        valueResults,
                        THead.Value / AttentionTile.Side,
                        back / AttentionTile.Side);
                    Group.Barrier();
                    Publish<TFixed, TStreamed, TLayout>(products, weights);
                    Group.Barrier();
                    AttentionTile.Accumulate<TFixed, TStreamed, TChunk, TLayout>(
                        weights,
                        queries,
                        keyResults,
                        THead.Value / AttentionTile.Side,
                        back / AttentionTile.Side);
                    Group.Barrier();
                }
            }
        }

        AttentionTile.Store<T, THead, TFixed, TChunk, TLayout>(keyResults, shape.Scale, keyGradient.SubView(keyStart), keyStride, keyCount);
        AttentionTile.Store<T, THead, TFixed, TChunk, TLayout>(valueResults, 1, valueGradient.SubView(keyStart), keyStride, keyCount);
    }

    /// <summary>Turns scores into P and dP into dS, in place, [Streamed/Rows][Fixed/16] with keys fixed.</summary>
    private static void WeightsAndGradients<T, TFixed, TStreamed, TSoftmax, TMasked, TLayout>(
        ArrayView<float> scores,
        ArrayView<float> products,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        float slope,
        int offset,
        int queryCount,
        ArrayView<int> spans)
        where T : unmanaged
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TSoftmax : struct, IFlag
        where TMasked : struct, IFlag
        where TLayout : struct, ITileLayout
    {
        for (var i = 0; i < TStreamed.Value / TLayout.Rows; i++)
        {
            var streamedRow = Group.IdxY + i * TLayout.Rows;
            var logSum = 0f;
            var delta = 0f;
            if (TSoftmax.Value && (!TMasked.Value || streamedRow < queryCount))
            {
                logSum = logSums[streamedRow];
                delta = deltas[streamedRow];
            }

            for (var j = 0; j < TFixed.Value / AttentionTile.Side; j++)
            {
                var index = i * (TFixed.Value / AttentionTile.Side) + j;
                var distance = offset + streamedRow - AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j);
                var score = scores[index] + slope * distance;
                if (TMasked.Value)
                    score = (uint)distance < (uint)spans[j] ? score : float.NegativeInfinity;
                if (TSoftmax.Value)
                {
                    var weight = MathF.Exp(score - logSum);
                    scores[index] = weight;
                    products[index] = weight * (products[index] - delta);
                }
                else
                {
                    var weight = Sigmoid.For<T>(score);
                    scores[index] = weight;
                    products[index] = products[index] * weight * (1 - weight);
                }
            }
        }
    }

    /// <summary>Writes a tile of the work items to shared memory, [Streamed][Fixed].</summary>
    private static void Publish<TFixed, TStreamed, TLayout>(ArrayView<float> tile, ArrayView<float> target)
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TLayout : struct, ITileLayout
    {
        for (var i = 0; i < TStreamed.Value / TLayout.Rows; i++)
        {
            for (var j = 0; j < TFixed.Value / AttentionTile.Side; j++)
            {
                target[(Group.IdxY + i * TLayout.Rows) * TFixed.Value + AttentionTile.Column<TFixed, TLayout>(Group.IdxX, j)] =
                    tile[i * (TFixed.Value / AttentionTile.Side) + j];
            }
        }
    }
}
