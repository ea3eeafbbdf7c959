using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>
/// The forward kernel on tensor cores for head dimensions up to 128; above, <see cref="WideForward"/>. A group of four warps owns 64·TTiles
/// queries of one head and sequence, a warp 16·TTiles of them; keys and values stream past in blocks of 64.
/// <para>
/// For each block that a query of the warp sees: S = Q·Kᵀ + slope/scale·(m - n), TStep keys at a time; P = sigmoid(scale·S) as
/// 0.5·tanh(0.5·scale·S) + 0.5; O += P·V. S begins as the bias instead of 0, so that a pair costs three operations and one tanh besides the
/// products. P, rounded, is the left operand of the second product without leaving its registers. Only blocks that cross the diagonal or
/// the end of the window compare positions; blocks outside are neither loaded by the group nor computed by the warp.
/// </para>
/// <para>
/// Softmax keeps for each query a score not much below the largest, and the sum of exponentials relative to it, in base 2. Only when a score
/// exceeds it by 8 is it replaced and what was summed before scaled.
/// </para>
/// <para>
/// Data: Q is read once, through shared memory into registers, where it stays, TTiles·HeadDim/4 words a work item; K and V are copied
/// asynchronously, TStages - 1 blocks ahead, about (window + 64·TTiles)/(64·TTiles) times each, mostly from the L2 cache; O is written once,
/// 16 bytes at a time. For 16 keys a warp reads 64·HeadDim bytes of shared memory and runs TTiles·HeadDim/4 products of 16x8x16: two
/// tiles a warp keep the tensor cores, and not the shared memory, the limit.
/// </para>
/// <para>
/// Measured on one H200, bfloat16, sigmoid, 8 x 4096 tokens, 16 heads of 64: 0.130 ms at a window of 128 (130 TFLOP/s over the pairs of the
/// window), 0.255 at 512 (253), 0.400 at 1024 (301), 0.805 at 4096 (342); 8 heads of 128 at 1024: 0.469 (256). Softmax at 1024: 0.559. 177
/// registers (172 at 128) and 55 KiB of shared memory (69), nothing spilled.
/// </para>
/// </summary>
internal static class TensorCoreForward
{
    /// <summary>Computes the output, and for softmax the logarithm of each query's sum of exponentials.</summary>
    /// <returns>False: there is no kernel for the head dimension.</returns>
    public static bool TryLaunch<TElement, TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
        where TElement : struct, IFragmentElement
        where TSoftmax : struct, IFlag =>
        TSoftmax.Value
            ? TryLaunchSoftmax<TElement, TSoftmax>(inputs, output, logSums)
            : TryLaunchSigmoid<TElement, TSoftmax>(inputs, output, logSums);

    private static bool TryLaunchSigmoid<TElement, TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
        where TElement : struct, IFragmentElement
        where TSoftmax : struct, IFlag =>
        // Head dimension, tiles of a warp, keys of a step, blocks in shared memory.
        inputs.Query.Shape[3] switch
        {
            16 => Launch<TElement, C16, C2, C32, C3, TSoftmax>(inputs, output, logSums),
            32 => Launch<TElement, C32, C2, C32, C3, TSoftmax>(inputs, output, logSums),
            48 => Launch<TElement, C48, C2, C16, C3, TSoftmax>(inputs, output, logSums),
            64 => Launch<TElement, C64, C2, C32, C3, TSoftmax>(inputs, output, logSums),
            80 => Launch<TElement, C80, C1, C32, C2, TSoftmax>(inputs, output, logSums),
            96 => Launch<TElement, C96, C1, C32, C2, TSoftmax>(inputs, output, logSums),
            128 => Launch<TElement, C128, C1, C32, C2, TSoftmax>(inputs, output, logSums),
            _ => WideForward.TryLaunch<TElement, TSoftmax>(inputs, output, logSums),
        };

    private static bool TryLaunchSoftmax<TElement, TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
        where TElement : struct, IFragmentElement
        where TSoftmax : struct, IFlag =>
        inputs.Query.Shape[3] switch
        {
            16 => Launch<TElement, C16, C1, C64, C3, TSoftmax>(inputs, output, logSums),
            32 => Launch<TElement, C32, C1, C64, C3, TSoftmax>(inputs, output, logSums),
            48 => Launch<TElement, C48, C1, C64, C3, TSoftmax>(inputs, output, logSums),
            64 => Launch<TElement, C64, C1, C64, C3, TSoftmax>(inputs, output, logSums),
            80 => Launch<TElement, C80, C1, C64, C2, TSoftmax>(inputs, output, logSums),
            96 => Launch<TElement, C96, C1, C64, C2, TSoftmax>(inputs, output, logSums),
            128 => Launch<TElement, C128, C1, C64, C2, TSoftmax>(inputs, output, logSums),
            _ => WideForward.TryLaunch<TElement, TSoftmax>(inputs, output, logSums),
        };

    /// <summary>Runs the kernel with these tile sizes.</summary>
    /// <returns>True.</returns>
    private static bool Launch<TElement, THead, TTiles, TStep, TStages, TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
        where TStages : struct, IConstant
        where TSoftmax : struct, IFlag
    {
        if (TileScores.IsFolded<TSoftmax>(inputs.Shape.Scale))
            Launch<TElement, THead, TTiles, TStep, TStages, TSoftmax, Yes>(inputs, output, logSums);
        else
            Launch<TElement, THead, TTiles, TStep, TStages, TSoftmax, No>(inputs, output, logSums);
        return true;
    }

    private static void Launch<TElement, THead, TTiles, TStep, TStages, TSoftmax, TFolded>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
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
            Kernel<TElement, THead, TTiles, TStep, TStages, TSoftmax, TFolded>,
            WarpTile.Config<TTiles>(query.Shape[0], shape.Heads, shape.Length),
            query.View<ushort>(),
            key.View<ushort>(),
            value.View<ushort>(),
            slopes.ViewOrEmpty<float>(),
            (documents?.First).ViewOrEmpty<int>(),
            output.View<ushort>(),
            logSums.ViewOrEmpty<float>(),
            shape);
    }

    /// <param name="query">[batch, length, heads, head_dim].</param>
    /// <param name="key">[batch, length, kv_heads, head_dim].</param>
    /// <param name="value">As key.</param>
    /// <param name="slopes">[heads], or empty.</param>
    /// <param name="firsts">[batch, length]: where each token's document begins; or empty.</param>
    /// <param name="output">As query.</param>
    /// <param name="logSums">[batch, heads, length]: softmax's log of the sum of exponentials; not touched for sigmoid.</param>
    /// <param name="shape">Extents and scores.</param>
    [LaunchBounds(WarpTile.GroupSize)]
    private static void Kernel<TElement, THead, TTiles, TStep, TStages, TSoftmax, TFolded>(
        ArrayView<ushort> query,
        ArrayView<ushort> key,
        ArrayView<ushort> value,
        ArrayView<float> slopes,
        ArrayView<int> firsts,
        ArrayView<ushort> output,
        ArrayView<float> logSums,
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
        // Keys and values of each stage. The queries come first, in the last stage, which is the last to be needed; the output goes back
        // through the first ones.
        var shared = SharedMemory.Allocate<ushort>(TStages.Value * 2 * WarpTile.Block * (THead.Value + 8));
        var queryRows = shared.SubView((TStages.Value - 1) * 2 * blockElements);
        var limits = SharedMemory.Allocate<int>(WarpTile.Block * TTiles.Value);
        var queries = LocalMemory.Allocate<uint>(TTiles.Value * (THead.Value / 16) * 4);
        var results = LocalMemory.Allocate<float>(TTiles.Value * (THead.Value / 8) * 4);
        var maxima = LocalMemory.Allocate<float>(TTiles.Value * 2);
        var sums = LocalMemory.Allocate<float>(TTiles.Value * 2);

        // The longest work first: early blocks of queries see fewer keys.
        var firstQuery = (Grid.DimX - 1 - Grid.IdxX) * groupRows;
        var head = Grid.IdxY;
        var batch = Grid.IdxZ;
        var queryStride = shape.Heads * THead.Value;
        var keyStride = shape.KeyHeads * THead.Value;
        var queryStart = ((long)batch * shape.Length + firstQuery) * queryStride + head * THead.Value;
        var headStart = (long)batch * shape.Length * keyStride + head / shape.HeadsPerKeyHead * THead.Value;
        var perRow = TileScores.PerPosition<TFolded>(slopes, head, shape);

        WarpTile.CopyTiles<THead, TTiles>(query.SubView(queryStart), queryStride, shape.Length - firstQuery, queryRows);
        AsyncCopy.Commit();
        for (var i = Group.IdxX; i < groupRows; i += WarpTile.GroupSize)
        {
            var position = firstQuery + i;
            limits[i] = position < shape.Length ? position - AttentionReach.Back(firsts, shape, batch, position) : int.MaxValue;
        }

        var lastQuery = XMath.Min(shape.Length, firstQuery + groupRows) - 1;
        var firstKey = (firstQuery - AttentionReach.Back(firsts, shape, batch, firstQuery)) / WarpTile.Block * WarpTile.Block;
        var blocks = (lastQuery - firstKey) / WarpTile.Block + 1;
        for (var stage = 0; stage < TStages.Value - 1; stage++)
        {
            if (stage < blocks)
            {
                var position = firstKey + stage * WarpTile.Block;
                WarpTile.CopyBlocks<THead>(
                    key, value, headStart + (long)position * keyStride, keyStride, shape.Length - position, shared.SubView(stage * 2 * blockElements));
            }

            AsyncCopy.Commit();
        }

        AsyncCopy.Wait(TStages.Value - 1);
        Group.Barrier();
        var ownRow = Group.IdxX / 32 * WarpTile.Rows * TTiles.Value;
        WarpTile.LoadLeftTiles<THead, TTiles>(queries, queryRows.SubView(ownRow * WarpTile.Stride<THead>()));
        if (TFolded.Value)
            WarpTile.Scale<TElement>(queries, TTiles.Value * (THead.Value / 16) * 4, 0.5f * shape.Scale);
        WarpTile.Clear(results, TTiles.Value * (THead.Value / 8) * 4);
        for (var i = 0; i < TTiles.Value * 2; i++)
        {
            maxima[i] = ScoreUnit.Lowest;
            sums[i] = 0;
        }

        // What the warp sees: nothing before its oldest key, and from the common key on every query sees all that is not behind it.
        var warpFirst = firstQuery + ownRow;
        var warpLast = warpFirst + WarpTile.Rows * TTiles.Value - 1;
        var oldestKey = limits[ownRow];
        var commonKey = limits[XMath.Min(warpLast, lastQuery) - firstQuery];

        var current = 0;
        for (var block = 0; block < blocks; block++)
        {
            AsyncCopy.Wait(TStages.Value - 2);
            Group.Barrier();
            var next = block + TStages.Value - 1;
            var free = current == 0 ? TStages.Value - 1 : current - 1;
            if (next < blocks)
            {
                var position = firstKey + next * WarpTile.Block;
                WarpTile.CopyBlocks<THead>(
                    key, value, headStart + (long)position * keyStride, keyStride, shape.Length - position, shared.SubView(free * 2 * blockElements));
            }

            AsyncCopy.Commit();

            var keys = shared.SubView(current * 2 * blockElements);
            var start = firstKey + block * WarpTile.Block;
            if (start + WarpTile.Block - 1 <= warpFirst & start >= commonKey)
            {
                for (var step = 0; step < WarpTile.Block / TStep.Value; step++)
                {
                    Step<TElement, THead, TTiles, TStep, TSoftmax, TFolded, No>(
                        queries, keys.SubView(step * TStep.Value * WarpTile.Stride<THead>()), results, maxima, sums,
                        perRow, shape.Scale, warpFirst, start + step * TStep.Value, limits.SubView(ownRow));
                }
            }
            else
            {
                for (var step = 0; step < WarpTile.Block / TStep.Value; step++)
                {
                    var position = start + step * TStep.Value;
                    if (position <= warpLast & position + TStep.Value > oldestKey)
                    {
                        Step<TElement, THead, TTiles, TStep, TSoftmax, TFolded, Yes>(
                            queries, keys.SubView(step * TStep.Value * WarpTile.Stride<THead>()), results, maxima, sums,
                            perRow, shape.Scale, warpFirst, position, limits.SubView(ownRow));
                    }
                }
            }

            current = current == TStages.Value - 1 ? 0 : current + 1;
        }

        if (TSoftmax.Value)
        {
            var rowStart = ((long)batch * shape.Heads + head) * shape.Length + warpFirst;
            TileSoftmax.Normalise<THead, TTiles>(results, maxima, sums, shape.Scale, logSums, rowStart, shape.Length - warpFirst);
        }

        Group.Barrier();
        WarpTile.StoreRows<TElement, THead, TTiles>(
            results,
            1,
            shared.SubView(ownRow * WarpTile.Stride<THead>()),
            output.SubView(queryStart + (long)ownRow * queryStride),
            queryStride,
            shape.Length - warpFirst);
    }

    /// <summary>TStep keys against the warp's queries.</summary>
    /// <param name="queries">[TTiles][THead/16][4].</param>
    /// <param name="keys">The step's first key in shared memory; its value lies a block behind.</param>
    /// <param name="results">[TTiles][THead/8][4].</param>
    /// <param name="maxima">[TTiles][2], softmax only.</param>
    /// <param name="sums">As maxima; of this work item's columns.</param>
    /// <param name="perRow">What the slope adds to a product for each position of distance.</param>
    /// <param name="scale">Factor of the products.</param>
    /// <param name="row">Position of the warp's first query.</param>
    /// <param name="column">Position of the first key.</param>
    /// <param name="limits">The oldest key of each query, from the warp's first on.</param>
    private static void Step<TElement, THead, TTiles, TStep, TSoftmax, TFolded, TMasked>(
        ArrayView<uint> queries,
        ArrayView<ushort> keys,
        ArrayView<float> results,
        ArrayView<float> maxima,
        ArrayView<float> sums,
        float perRow,
        float scale,
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
        var products = LocalMemory.Allocate<float>(TTiles.Value * (TStep.Value / 8) * 4);
        var weights = LocalMemory.Allocate<uint>(TTiles.Value * (TStep.Value / 16) * 4);
        var count = TTiles.Value * (TStep.Value / 8) * 4;
        var ownRow = row + Warp.LaneIdx / 4;
        var ownColumn = column + Warp.LaneIdx % 4 * 2;
        TileScores.Begin<TTiles, TStep>(products, perRow, ownRow - ownColumn);
        WarpTile.MultiplyAlong<TElement, THead, TTiles, TStep>(products, queries, keys.SubView(WarpTile.RightOffset<THead>()));
        if (TSoftmax.Value)
        {
            if (TMasked.Value)
                TileScores.Mask<TTiles, TStep, No>(products, float.NegativeInfinity, ownRow, ownColumn, limits.SubView(Warp.LaneIdx / 4));
            TileSoftmax.Exponentiate<THead, TTiles, TStep>(products, results, maxima, sums, scale * ScoreUnit.Log2E);
        }
        else
        {
            for (var i = 0; i < count; i++)
                products[i] = 0.5f * FastMath.Tanh(TFolded.Value ? products[i] : 0.5f * scale * products[i]) + 0.5f;
            if (TMasked.Value)
                TileScores.Mask<TTiles, TStep, No>(products, 0, ownRow, ownColumn, limits.SubView(Warp.LaneIdx / 4));
        }

        WarpTile.PackLeft<TElement, TTiles, TStep>(products, weights);
        WarpTile.MultiplyAcross<TElement, THead, TTiles, TStep>(
            results, weights, keys.SubView(WarpTile.Block * WarpTile.Stride<THead>() + WarpTile.LeftOffset<THead>()));
    }
}
