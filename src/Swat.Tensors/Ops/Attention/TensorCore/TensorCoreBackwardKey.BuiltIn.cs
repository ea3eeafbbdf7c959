using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>
/// The kernel for dK and dV on tensor cores for head dimensions up to 128; above, <see cref="WideBackwardKey"/>. A group of four warps owns
/// 64·TTiles keys of one key head and sequence, with their values; queries and output gradients stream past in blocks of 64, for all query
/// heads that share the key head, one after the other. No other group writes to its rows, so nothing is added atomically and the order is
/// always the same.
/// <para>
/// Everything is computed transposed, keys by queries, so that results of the first products are left operands of the second ones. For each
/// block of queries that see a key of the warp, TStep queries at a time: Sᵀ = K·Qᵀ + slope/scale·(m - n), Pᵀ from it, dV += Pᵀ·dO;
/// dPᵀ = V·dOᵀ, dSᵀ = dPᵀ∘Pᵀ∘(1 - Pᵀ), or dSᵀ = Pᵀ∘(dPᵀ - delta) for softmax, dK += dSᵀ·Q; dK is scaled at the end.
/// </para>
/// <para>
/// Data: V is read once into shared memory and K into registers, for heads of 128 into shared memory too; Q and dO are read
/// (window + 64·TTiles)/(64·TTiles) times, dK and dV written once. For each 16 queries a warp reads 128·HeadDim bytes of shared memory (Q and dO,
/// along their rows and across them), 32·HeadDim a tile for V and for K that stays there, and runs TTiles·HeadDim/2 products of 16x8x16.
/// </para>
/// <para>
/// Measured on one H200, bfloat16, sigmoid, 8 x 4096 tokens, window 1024, together with dQ: 1.31 ms with 16 heads of 64 (168 registers, 64 KiB
/// of shared memory), 1.67 with 8 heads of 128 (235, 103 KiB), 229 and 180 TFLOP/s over the pairs of the window, nothing spilled. With one
/// tile a warp the shared memory is the limit; two tiles halve its reads, but leave room for 8 warps only, and dK and dV take 6 % longer.
/// </para>
/// </summary>
internal static class TensorCoreBackwardKey
{
    /// <summary>Computes dK and dV.</summary>
    /// <returns>False: there is no kernel for the head dimension.</returns>
    public static bool TryLaunch<TElement, TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TElement : struct, IFragmentElement
        where TSoftmax : struct, IFlag =>
        // Head dimension, tiles of a warp, queries of a step, blocks in shared memory.
        inputs.Query.Shape[3] switch
        {
            16 => Launch<TElement, C16, C2, C16, C3, TSoftmax>(inputs, gradients),
            32 => Launch<TElement, C32, C1, C16, C3, TSoftmax>(inputs, gradients),
            48 => Launch<TElement, C48, C1, C16, C3, TSoftmax>(inputs, gradients),
            64 => Launch<TElement, C64, C1, C16, C3, TSoftmax>(inputs, gradients),
            80 => Launch<TElement, C80, C1, C16, C2, TSoftmax>(inputs, gradients),
            96 => Launch<TElement, C96, C1, C16, C2, TSoftmax>(inputs, gradients),
            128 => Launch<TElement, C128, C1, C16, C2, TSoftmax>(inputs, gradients),
            _ => WideBackwardKey.TryLaunch<TElement, TSoftmax>(inputs, gradients),
        };

    private static bool Launch<TElement, THead, TTiles, TStep, TStages, TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
        where TStages : struct, IConstant
        where TSoftmax : struct, IFlag
    {
        if (KeepsKeys<THead>() && TileScores.IsFolded<TSoftmax>(inputs.Shape.Scale))
            Launch<TElement, THead, TTiles, TStep, TStages, TSoftmax, Yes>(inputs, gradients);
        else
            Launch<TElement, THead, TTiles, TStep, TStages, TSoftmax, No>(inputs, gradients);
        return true;
    }

    /// <summary>Whether there are registers for the warp's keys besides the results; if not, they stay in shared memory like the values.</summary>
    private static bool KeepsKeys<THead>()
        where THead : struct, IConstant => THead.Value <= 96;

    private static void Launch<TElement, THead, TTiles, TStep, TStages, TSoftmax, TFolded>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
        where TStages : struct, IConstant
        where TSoftmax : struct, IFlag
        where TFolded : struct, IFlag
    {
        var (query, key, value, slopes, shape, documents) = inputs;
        query.Device.Launch(
            TSoftmax.Value && THead.Value <= 64
                ? DenseKernel<TElement, THead, TTiles, TStep, TStages, TSoftmax, TFolded>
                : Kernel<TElement, THead, TTiles, TStep, TStages, TSoftmax, TFolded>,
            WarpTile.Config<TTiles>(query.Shape[0], shape.KeyHeads, shape.Length),
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

    /// <summary>As <see cref="Kernel"/>, with registers for three groups on a multiprocessor.</summary>
    [LaunchBounds(WarpTile.GroupSize, MinGroupsPerMultiprocessor = 3)]
    private static void DenseKernel<TElement, THead, TTiles, TStep, TStages, TSoftmax, TFolded>(
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
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
        where TStages : struct, IConstant
        where TSoftmax : struct, IFlag
        where TFolded : struct, IFlag =>
        Kernel<TElement, THead, TTiles, TStep, TStages, TSoftmax, TFolded>(
            query, key, value, slopes, lasts, outputGradient, logSums, deltas, keyGradient, valueGradient, shape);

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
    [LaunchBounds(WarpTile.GroupSize)]
    private static void Kernel<TElement, THead, TTiles, TStep, TStages, TSoftmax, TFolded>(
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
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
        where TStages : struct, IConstant
        where TSoftmax : struct, IFlag
        where TFolded : struct, IFlag
    {
        var groupRows = WarpTile.Block * TTiles.Value;
        var blockElements = WarpTile.Block * WarpTile.Stride<THead>();
        // Queries and output gradients of each stage, then the values and such keys as stay. Others come first where the last stage, which is
        // the last to be needed, will be. The gradients go back through the first stages.
        var shared = SharedMemory.Allocate<ushort>(
            (TStages.Value * 2 + (KeepsKeys<THead>() ? 1 : 2) * TTiles.Value) * WarpTile.Block * (THead.Value + 8));
        var keyRows = shared.SubView((KeepsKeys<THead>() ? (TStages.Value - 1) * 2 : TStages.Value * 2 + TTiles.Value) * blockElements);
        var valueRows = shared.SubView(TStages.Value * 2 * blockElements);
        var limits = SharedMemory.Allocate<int>(WarpTile.Block * TTiles.Value);
        var keys = LocalMemory.Allocate<uint>(TTiles.Value * (THead.Value / 16) * 4);
        var keyResults = LocalMemory.Allocate<float>(TTiles.Value * (THead.Value / 8) * 4);
        var valueResults = LocalMemory.Allocate<float>(TTiles.Value * (THead.Value / 8) * 4);

        var firstKey = Grid.IdxX * groupRows;
        var keyHead = Grid.IdxY;
        var batch = Grid.IdxZ;
        var queryStride = shape.Heads * THead.Value;
        var keyStride = shape.KeyHeads * THead.Value;
        var keyStart = ((long)batch * shape.Length + firstKey) * keyStride + keyHead * THead.Value;
        var sequenceStart = (long)batch * shape.Length * queryStride;
        var firstHead = keyHead * shape.HeadsPerKeyHead;
        var ownRow = Group.IdxX / 32 * WarpTile.Rows * TTiles.Value;

        WarpTile.CopyTiles<THead, TTiles>(key.SubView(keyStart), keyStride, shape.Length - firstKey, keyRows);
        WarpTile.CopyTiles<THead, TTiles>(value.SubView(keyStart), keyStride, shape.Length - firstKey, valueRows);
        AsyncCopy.Commit();
        for (var i = Group.IdxX; i < groupRows; i += WarpTile.GroupSize)
        {
            var position = firstKey + i;
            limits[i] = position < shape.Length ? position + AttentionReach.Ahead(lasts, shape, batch, position) : -1;
        }

        var lastKey = XMath.Min(shape.Length, firstKey + groupRows) - 1;
        var blocks = (lastKey + AttentionReach.Ahead(lasts, shape, batch, lastKey) - firstKey) / WarpTile.Block + 1;
        // Blocks of all heads, one head after the other.
        var total = blocks * shape.HeadsPerKeyHead;
        for (var stage = 0; stage < TStages.Value - 1; stage++)
        {
            if (stage < total)
            {
                var position = firstKey + stage % blocks * WarpTile.Block;
                WarpTile.CopyBlocks<THead>(
                    query, outputGradient, sequenceStart + (long)position * queryStride + (firstHead + stage / blocks) * THead.Value,
                    queryStride, shape.Length - position, shared.SubView(stage * 2 * blockElements));
            }

            AsyncCopy.Commit();
        }

        AsyncCopy.Wait(TStages.Value - 1);
        Group.Barrier();
        keyRows = keyRows.SubView(ownRow * WarpTile.Stride<THead>());
        if (KeepsKeys<THead>())
            WarpTile.LoadLeftTiles<THead, TTiles>(keys, keyRows);
        if (TFolded.Value)
            WarpTile.Scale<TElement>(keys, TTiles.Value * (THead.Value / 16) * 4, 0.5f * shape.Scale);
        valueRows = valueRows.SubView(ownRow * WarpTile.Stride<THead>());
        WarpTile.Clear(keyResults, TTiles.Value * (THead.Value / 8) * 4);
        WarpTile.Clear(valueResults, TTiles.Value * (THead.Value / 8) * 4);

        var warpFirst = firstKey + ownRow;
        var warpLast = warpFirst + WarpTile.Rows * TTiles.Value - 1;

        var current = 0;
        for (var block = 0; block < total; block++)
        {
            AsyncCopy.Wait(TStages.Value - 2);
            Group.Barrier();
            var next = block + TStages.Value - 1;
            var free = current == 0 ? TStages.Value - 1 : current - 1;
            if (next < total)
            {
                var position = firstKey + next % blocks * WarpTile.Block;
                WarpTile.CopyBlocks<THead>(
                    query, outputGradient, sequenceStart + (long)position * queryStride + (firstHead + next / blocks) * THead.Value,
                    queryStride, shape.Length - position, shared.SubView(free * 2 * blockElements));
            }

            AsyncCopy.Commit();

            var head = firstHead + block / blocks;
            var perRow = -TileScores.PerPosition<TFolded>(slopes, head, shape);
            var statistics = ((long)batch * shape.Heads + head) * shape.Length;
            // What the warp is seen by: nothing behind the newest query, and up to the common query all that are not before a key see it.
            // Both are read anew each time: registers are short.
            var commonQuery = limits[ownRow];
            var newestQuery = limits[XMath.Min(warpLast, lastKey) - firstKey];
            var queries = shared.SubView(current * 2 * blockElements);
            var start = firstKey + block % blocks * WarpTile.Block;
            if (start >= warpLast & start + WarpTile.Block - 1 <= commonQuery)
            {
                for (var step = 0; step < WarpTile.Block / TStep.Value; step++)
                {
                    Step<TElement, THead, TTiles, TStep, TSoftmax, TFolded, No>(
                        keys, keyRows, valueRows, queries.SubView(step * TStep.Value * WarpTile.Stride<THead>()), keyResults, valueResults,
                        logSums, deltas, statistics, perRow, shape, warpFirst, start + step * TStep.Value, limits.SubView(ownRow));
                }
            }
            else
            {
                for (var step = 0; step < WarpTile.Block / TStep.Value; step++)
                {
                    var position = start + step * TStep.Value;
                    if (position + TStep.Value > warpFirst & position <= newestQuery)
                    {
                        Step<TElement, THead, TTiles, TStep, TSoftmax, TFolded, Yes>(
                            keys, keyRows, valueRows, queries.SubView(step * TStep.Value * WarpTile.Stride<THead>()), keyResults, valueResults,
                            logSums, deltas, statistics, perRow, shape, warpFirst, position, limits.SubView(ownRow));
                    }
                }
            }

            current = current == TStages.Value - 1 ? 0 : current + 1;
        }

        Group.Barrier();
        var ownStart = keyStart + (long)ownRow * keyStride;
        WarpTile.StoreRows<TElement, THead, TTiles>(
            keyResults, shape.Scale, shared.SubView(ownRow * WarpTile.Stride<THead>()),
            keyGradient.SubView(ownStart), keyStride, shape.Length - warpFirst);
        WarpTile.StoreRows<TElement, THead, TTiles>(
            valueResults, 1, shared.SubView(TTiles.Value * blockElements + ownRow * WarpTile.Stride<THead>()),
            valueGradient.SubView(ownStart), keyStride, shape.Length - warpFirst);
    }

    /// <summary>TStep queries against the warp's keys.</summary>
    /// <param name="keys">[TTiles][THead/16][4], if <see cref="KeepsKeys"/>.</param>
    /// <param name="keyRows">Shared memory from the warp's first key on, if not.</param>
    /// <param name="valueRows">Shared memory from the warp's first value on.</param>
    /// <param name="queries">The step's first query in shared memory; its output gradient lies a block behind.</param>
    /// <param name="keyResults">[TTiles][THead/8][4].</param>
    /// <param name="valueResults">As keyResults.</param>
    /// <param name="logSums">[batch, heads, length], softmax only.</param>
    /// <param name="deltas">As logSums.</param>
    /// <param name="statistics">Where those of the head begin.</param>
    /// <param name="perRow">What the slope takes off a product for each position.</param>
    /// <param name="shape">Extents and scores.</param>
    /// <param name="row">Position of the warp's first key.</param>
    /// <param name="column">Position of the first query.</param>
    /// <param name="limits">The newest query that sees each key, from the warp's first on.</param>
    private static void Step<TElement, THead, TTiles, TStep, TSoftmax, TFolded, TMasked>(
        ArrayView<uint> keys,
        ArrayView<ushort> keyRows,
        ArrayView<ushort> valueRows,
        ArrayView<ushort> queries,
        ArrayView<float> keyResults,
        ArrayView<float> valueResults,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        long statistics,
        float perRow,
        in AttentionShape shape,
        int row,
        int column,
        ArrayView<int> limits)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
        where TSoftmax : struct, IFlag
        where TFolded : struct, IFlag
        where TMasked : struct, IFlag
    {
        var count = TTiles.Value * (TStep.Value / 8) * 4;
        var scores = LocalMemory.Allocate<float>(TTiles.Value * (TStep.Value / 8) * 4);
        var products = LocalMemory.Allocate<float>(TTiles.Value * (TStep.Value / 8) * 4);
        var fragments = LocalMemory.Allocate<uint>(TTiles.Value * (TStep.Value / 16) * 4);
        var columnLogSums = LocalMemory.Allocate<float>(TStep.Value / 4);
        var columnDeltas = LocalMemory.Allocate<float>(TStep.Value / 4);
        var ownRow = row + Warp.LaneIdx / 4;
        var ownColumn = column + Warp.LaneIdx % 4 * 2;
        if (TSoftmax.Value)
        {
            for (var i = 0; i < TStep.Value / 4; i++)
            {
                var index = statistics + XMath.Min(ownColumn + i / 2 * 8 + i % 2, shape.Length - 1);
                columnLogSums[i] = logSums[index] * ScoreUnit.Log2E;
                columnDeltas[i] = deltas[index];
            }
        }

        TileScores.Begin<TTiles, TStep>(scores, perRow, ownRow - ownColumn);
        var alongQueries = queries.SubView(WarpTile.RightOffset<THead>());
        if (KeepsKeys<THead>())
            WarpTile.MultiplyAlong<TElement, THead, TTiles, TStep>(scores, keys, alongQueries);
        else
            WarpTile.MultiplySharedAlong<TElement, THead, TTiles, TStep>(scores, keyRows.SubView(WarpTile.LeftOffset<THead>()), alongQueries);
        for (var i = 0; i < count; i++)
        {
            scores[i] = TSoftmax.Value
                ? XMath.Exp2(scores[i] * (shape.Scale * ScoreUnit.Log2E) - columnLogSums[i / 4 % (TStep.Value / 8) * 2 + i % 2])
                : 0.5f * FastMath.Tanh(TFolded.Value ? scores[i] : 0.5f * shape.Scale * scores[i]) + 0.5f;
        }

        if (TMasked.Value)
            TileScores.Mask<TTiles, TStep, Yes>(scores, 0, ownRow, ownColumn, limits.SubView(Warp.LaneIdx / 4));
        WarpTile.PackLeft<TElement, TTiles, TStep>(scores, fragments);
        var gradients = queries.SubView(WarpTile.Block * WarpTile.Stride<THead>());
        WarpTile.MultiplyAcross<TElement, THead, TTiles, TStep>(valueResults, fragments, gradients.SubView(WarpTile.LeftOffset<THead>()));

        WarpTile.Clear(products, count);
        var alongGradients = gradients.SubView(WarpTile.RightOffset<THead>());
        WarpTile.MultiplySharedAlong<TElement, THead, TTiles, TStep>(products, valueRows.SubView(WarpTile.LeftOffset<THead>()), alongGradients);

        for (var i = 0; i < count; i++)
        {
            products[i] = TSoftmax.Value
                ? scores[i] * (products[i] - columnDeltas[i / 4 % (TStep.Value / 8) * 2 + i % 2])
                : products[i] * (scores[i] - scores[i] * scores[i]);
        }

        WarpTile.PackLeft<TElement, TTiles, TStep>(products, fragments);
        WarpTile.MultiplyAcross<TElement, THead, TTiles, TStep>(keyResults, fragments, queries.SubView(WarpTile.LeftOffset<THead>()));
    }
}
