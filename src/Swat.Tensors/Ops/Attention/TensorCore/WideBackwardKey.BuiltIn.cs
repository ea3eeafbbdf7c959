using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>
/// The kernel for dK and dV on tensor cores for wide heads: <see cref="TensorCoreBackwardKey"/> with two warps for 16 keys, see
/// <see cref="WideTile"/>.
/// <para>
/// For each block of 32 queries, of all query heads that share the key head, side 0 of a pair computes Sᵀ = K·Qᵀ + slope/scale·(m - n) and
/// the weights Pᵀ, and gives them to side 1, which computes dPᵀ = V·dOᵀ and dSᵀ from both. Side 0 adds Pᵀ·dO to dV, side 1 dSᵀ·Q to dK.
/// Both sides run the same products, on other memory; nobody else writes to their rows.
/// </para>
/// <para>
/// Data: K or V stays in registers, THead/4 words a work item beside THead/2 sums of dV or dK. For 16 queries a pair reads 128·THead bytes of
/// shared memory for operands, and 2 KiB for the exchange, and runs THead/2 products of 16x8x16. Shared memory: 83 KiB at 256.
/// </para>
/// </summary>
internal static class WideBackwardKey
{
    /// <summary>Computes dK and dV.</summary>
    /// <returns>False: there is no kernel for the head dimension and the device.</returns>
    public static bool TryLaunch<TElement, TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TElement : struct, IFragmentElement
        where TSoftmax : struct, IFlag
    {
        var headDim = inputs.Query.Shape[3];
        if (headDim != 256 || !WideTile.Fits(inputs.Query.Device, headDim))
            return false;
        Launch<TElement, C256, TSoftmax>(inputs, gradients);
        return true;
    }

    private static void Launch<TElement, THead, TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TSoftmax : struct, IFlag
    {
        var (query, key, value, slopes, shape, documents) = inputs;
        query.Device.Launch(
            Kernel<TElement, THead, TSoftmax>,
            WideTile.Config(query.Shape[0], shape.KeyHeads, shape.Length),
            query.View<ushort>(),
            key.View<ushort>(),
            value.View<ushort>(),
            slopes.ViewOrEmpty<float>(),
            (documents?.Last).ViewOrEmpty<int>(),
            gradients.Output.View<ushort>(),
            gradients.LogSums.ViewOrEmpty<float>(),
            gradients.Deltas.ViewOrEmpty<float>(),
            gradients.Key!.View<ushort>(),
            gradients.Value!.View<ushort>(),
            shape);
    }

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
    [LaunchBounds(WideTile.GroupSize)]
    private static void Kernel<TElement, THead, TSoftmax>(
        ArrayView<ushort> query,
        ArrayView<ushort> key,
        ArrayView<ushort> value,
        ArrayView<float> slopes,
        ArrayView<int> lasts,
        ArrayView<ushort> outputGradient,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        ArrayView<ushort> keyGradient,
        ArrayView<ushort> valueGradient,
        AttentionShape shape)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TSoftmax : struct, IFlag
    {
        // Queries and output gradients of each stage. Keys and values come first, through all of it; the gradients go back through it.
        var shared = SharedMemory.Allocate<ushort>(WideTile.Stages * 2 * WideTile.Block * (THead.Value + 8));
        var exchange = SharedMemory.Allocate<float>(WideTile.ExchangeLength);
        var limits = SharedMemory.Allocate<int>(WideTile.Rows);
        // Of the queries of each stage: the logarithms of their sums to base 2, then the deltas.
        var statistics = SharedMemory.Allocate<float>(TSoftmax.Value ? WideTile.Stages * 2 * WideTile.Block : 1);
        var left = LocalMemory.Allocate<uint>(THead.Value / 16 * 4);
        var results = LocalMemory.Allocate<float>(THead.Value / 8 * 4);
        var products = LocalMemory.Allocate<float>(WideTile.Products);

        var firstKey = Grid.IdxX * WideTile.Rows;
        var (keyHead, batch) = (Grid.IdxY, Grid.IdxZ);
        var queryStride = shape.Heads * THead.Value;
        var keyStride = shape.KeyHeads * THead.Value;
        var keyStart = ((long)batch * shape.Length + firstKey) * keyStride + keyHead * THead.Value;
        var sequenceStart = (long)batch * shape.Length * queryStride;
        var firstHead = keyHead * shape.HeadsPerKeyHead;
        var stageElements = 2 * WideTile.BlockElements<THead>();
        var side = WideTile.Side();
        var ownRow = WideTile.OwnRow();

        WideTile.CopyFixed<THead>(key.SubView(keyStart), keyStride, shape.Length - firstKey, shared);
        WideTile.CopyFixed<THead>(
            value.SubView(keyStart), keyStride, shape.Length - firstKey, shared.SubView(WideTile.Rows * WarpTile.Stride<THead>()));
        AsyncCopy.Commit();
        for (var i = Group.IdxX; i < WideTile.Rows; i += WideTile.GroupSize)
        {
            var position = firstKey + i;
            limits[i] = position < shape.Length ? position + AttentionReach.Ahead(lasts, shape, batch, position) : -1;
        }

        var lastKey = XMath.Min(shape.Length, firstKey + WideTile.Rows) - 1;
        var blocks = (lastKey + AttentionReach.Ahead(lasts, shape, batch, lastKey) - firstKey) / WideTile.Block + 1;
        // Blocks of all heads, one head after the other.
        var total = blocks * shape.HeadsPerKeyHead;
        AsyncCopy.Wait(0);
        Group.Barrier();
        WarpTile.LoadLeftTiles<THead, C1>(left, shared.SubView((side * WideTile.Rows + ownRow) * WarpTile.Stride<THead>()));
        WarpTile.Clear(results, THead.Value / 8 * 4);
        Group.Barrier();
        WideTile.CopyBlocks<THead>(
            query, outputGradient, sequenceStart + (long)firstKey * queryStride + firstHead * THead.Value,
            queryStride, shape.Length - firstKey, shared);
        AsyncCopy.Commit();
        // A warp of either side brings a number for each query of a block.
        var bringsStatistics = TSoftmax.Value && Group.IdxX % WarpTile.GroupSize < WideTile.Block;
        if (bringsStatistics)
            statistics[side * WideTile.Block + Warp.LaneIdx] = Statistic(logSums, deltas, side, firstHead, firstKey, shape);

        // What the warp is seen by: nothing behind the newest query, and up to the common query all that are not before a key see it.
        var warpFirst = firstKey + ownRow;
        var warpLast = warpFirst + WarpTile.Rows - 1;
        var commonQuery = limits[ownRow];
        var newestQuery = limits[XMath.Min(warpLast, lastKey) - firstKey];

        for (var block = 0; block < total; block++)
        {
            AsyncCopy.Wait(0);
            Group.Barrier();
            var next = block + 1;
            var nextStatistic = 0f;
            if (next < total)
            {
                var position = firstKey + next % blocks * WideTile.Block;
                if (bringsStatistics)
                    nextStatistic = Statistic(logSums, deltas, side, firstHead + next / blocks, position, shape);
                WideTile.CopyBlocks<THead>(
                    query, outputGradient, sequenceStart + (long)position * queryStride + (firstHead + next / blocks) * THead.Value,
                    queryStride, shape.Length - position, shared.SubView(next % 2 * stageElements));
            }

            AsyncCopy.Commit();

            var head = firstHead + block / blocks;
            var start = firstKey + block % blocks * WideTile.Block;
            var queries = shared.SubView(block % 2 * stageElements);
            var isSeen = start + WideTile.Block > warpFirst & start <= newestQuery;
            var row = warpFirst + Warp.LaneIdx / 4;
            var column = start + Warp.LaneIdx % 4 * 2;
            var ownStatistics = statistics.SubView((block % 2 * 2 + side) * WideTile.Block + Warp.LaneIdx % 4 * 2);
            if (isSeen)
            {
                // dP has no bias.
                var perRow = side == 0 ? -TileScores.PerPosition<No>(slopes, head, shape) : 0f;
                TileScores.Begin<C1, C32>(products, perRow, row - column);
                WarpTile.MultiplyAlong<TElement, THead, C1, C32>(
                    products, left, queries.SubView(side * WideTile.BlockElements<THead>() + WarpTile.RightOffset<THead>()));
                if (side == 0)
                {
                    Weigh<TSoftmax>(products, ownStatistics, shape.Scale);
                    if (!(start >= warpLast & start + WideTile.Block - 1 <= commonQuery))
                        TileScores.Mask<C1, C32, Yes>(products, 0, row, column, limits.SubView(ownRow + Warp.LaneIdx / 4));
                    WideTile.Give(products, exchange);
                }
            }

            if (bringsStatistics)
                statistics[(next % 2 * 2 + side) * WideTile.Block + Warp.LaneIdx] = nextStatistic;
            Group.Barrier();
            if (isSeen)
            {
                if (side == 1)
                    Derive<TSoftmax>(products, WideTile.Given(exchange), ownStatistics);
                var fragments = LocalMemory.Allocate<uint>(WideTile.Products / 2);
                WarpTile.PackLeft<TElement, C1, C32>(products, fragments);
                WarpTile.MultiplyAcross<TElement, THead, C1, C32>(
                    results, fragments, queries.SubView((1 - side) * WideTile.BlockElements<THead>() + WarpTile.LeftOffset<THead>()));
            }
        }

        Group.Barrier();
        var gradient = side == 0 ? valueGradient : keyGradient;
        WarpTile.StoreRows<TElement, THead, C1>(
            results,
            side == 0 ? 1 : shape.Scale,
            shared.SubView(Group.IdxX / 32 * WarpTile.Rows * WarpTile.Stride<THead>()),
            gradient.SubView(keyStart + (long)ownRow * keyStride),
            keyStride,
            shape.Length - warpFirst);
    }

    /// <summary>What a lane brings for its query of the block that begins at the position; the last query stands for those behind it.</summary>
    private static float Statistic(
        ArrayView<float> logSums, ArrayView<float> deltas, int side, int head, int position, in AttentionShape shape)
    {
        var index = ((long)Grid.IdxZ * shape.Heads + head) * shape.Length + XMath.Min(position + Warp.LaneIdx, shape.Length - 1);
        return side == 0 ? logSums[index] * ScoreUnit.Log2E : deltas[index];
    }

    /// <summary>Turns scores into weights.</summary>
    /// <param name="logSums">Softmax only: those of the block, from the work item's first query on.</param>
    private static void Weigh<TSoftmax>(ArrayView<float> scores, ArrayView<float> logSums, float scale)
        where TSoftmax : struct, IFlag
    {
        for (var i = 0; i < WideTile.Products; i++)
        {
            scores[i] = TSoftmax.Value
                ? XMath.Exp2(scores[i] * (scale * ScoreUnit.Log2E) - logSums[i / 4 * 8 + i % 2])
                : 0.5f * FastMath.Tanh(0.5f * scale * scores[i]) + 0.5f;
        }
    }

    /// <summary>Turns dP into dS.</summary>
    /// <param name="weights"><see cref="WideTile.GroupSize"/> apart.</param>
    /// <param name="deltas">Softmax only: those of the block, from the work item's first query on.</param>
    private static void Derive<TSoftmax>(ArrayView<float> products, ArrayView<float> weights, ArrayView<float> deltas)
        where TSoftmax : struct, IFlag
    {
        for (var i = 0; i < WideTile.Products; i++)
        {
            var weight = weights[i * WideTile.GroupSize];
            products[i] = TSoftmax.Value ? weight * (products[i] - deltas[i / 4 * 8 + i % 2]) : products[i] * (weight - weight * weight);
        }
    }
}
