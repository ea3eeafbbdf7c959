using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>
/// The kernel for dQ on tensor cores for head dimensions up to 128; above, <see cref="WideBackwardQuery"/>. A group of four warps owns
/// 64·TTiles queries of one head and sequence, with their output gradients; keys and values stream past in blocks of 64, as in
/// <see cref="TensorCoreForward"/>.
/// <para>
/// For each block that a query of the warp sees, TStep keys at a time: S = Q·Kᵀ + slope/scale·(m - n), dP = dO·Vᵀ, dS from both,
/// dQ += dS·K. Sigmoid: P·(1 - P) = (1 - t²)/4 with t = tanh(scale·S/2), and the quarter waits for the end. Softmax:
/// dS = P·(dP - delta), P = e^(scale·S - logSum).
/// </para>
/// <para>
/// Data: Q and dO are read once into registers, K and V (window + 64·TTiles)/(64·TTiles) times, dQ is written once. For each 16 keys a warp
/// reads 96·HeadDim bytes of shared memory (K along its rows and across them, V along) and runs 3·TTiles·HeadDim/8 products of 16x8x16.
/// </para>
/// <para>
/// Measured on one H200, bfloat16, sigmoid, 8 x 4096 tokens, 16 heads of 64: 0.20 ms at a window of 128, 0.37 at 512, 0.57 at 1024, 1.15 at
/// 4096; 8 heads of 128 at 1024: 0.63. 255 registers and 73 KiB of shared memory, nothing spilled.
/// </para>
/// </summary>
internal static class TensorCoreBackwardQuery
{
    /// <summary>Computes dQ.</summary>
    /// <returns>False: there is no kernel for the head dimension.</returns>
    public static bool TryLaunch<TElement, TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TElement : struct, IFragmentElement
        where TSoftmax : struct, IFlag =>
        // Head dimension, tiles of a warp, keys of a step, blocks in shared memory.
        inputs.Query.Shape[3] switch
        {
            16 => Launch<TElement, C16, C2, C16, C3, TSoftmax>(inputs, gradients),
            32 => Launch<TElement, C32, C2, C16, C3, TSoftmax>(inputs, gradients),
            48 => Launch<TElement, C48, C2, C16, C3, TSoftmax>(inputs, gradients),
            // The statistics of two tiles of softmax would not fit into the registers.
            64 when TSoftmax.Value => Launch<TElement, C64, C1, C16, C3, TSoftmax>(inputs, gradients),
            64 => Launch<TElement, C64, C2, C16, C3, TSoftmax>(inputs, gradients),
            80 => Launch<TElement, C80, C1, C16, C2, TSoftmax>(inputs, gradients),
            96 => Launch<TElement, C96, C1, C16, C2, TSoftmax>(inputs, gradients),
            128 => Launch<TElement, C128, C1, C16, C2, TSoftmax>(inputs, gradients),
            _ => WideBackwardQuery.TryLaunch<TElement, TSoftmax>(inputs, gradients),
        };

    private static bool Launch<TElement, THead, TTiles, TStep, TStages, TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
        where TStages : struct, IConstant
        where TSoftmax : struct, IFlag
    {
        if (TileScores.IsFolded<TSoftmax>(inputs.Shape.Scale))
            Launch<TElement, THead, TTiles, TStep, TStages, TSoftmax, Yes>(inputs, gradients);
        else
            Launch<TElement, THead, TTiles, TStep, TStages, TSoftmax, No>(inputs, gradients);
        return true;
    }

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
            Kernel<TElement, THead, TTiles, TStep, TStages, TSoftmax, TFolded>,
            WarpTile.Config<TTiles>(query.Shape[0], shape.Heads, shape.Length),
            query.View<ushort>(),
            key.View<ushort>(),
            value.View<ushort>(),
            slopes.ViewOrEmpty<float>(),
            (documents?.First).ViewOrEmpty<int>(),
            gradients.Output.View<ushort>(),
            gradients.LogSums.ViewOrEmpty<float>(),
            gradients.Deltas.ViewOrEmpty<float>(),
            gradients.Query!.View<ushort>(),
            shape);
    }

    /// <param name="query">[batch, length, heads, head_dim].</param>
    /// <param name="key">[batch, length, kv_heads, head_dim].</param>
    /// <param name="value">As key.</param>
    /// <param name="slopes">[heads], or empty.</param>
    /// <param name="firsts">[batch, length]: where each token's document begins; or empty.</param>
    /// <param name="outputGradient">As query.</param>
    /// <param name="logSums">[batch, heads, length], softmax only.</param>
    /// <param name="deltas">[batch, heads, length], softmax only: Σ_d dO·O of a query.</param>
    /// <param name="queryGradient">As query.</param>
    /// <param name="shape">Extents and scores.</param>
    [LaunchBounds(WarpTile.GroupSize)]
    private static void Kernel<TElement, THead, TTiles, TStep, TStages, TSoftmax, TFolded>(
        ArrayView<ushort> query,
        ArrayView<ushort> key,
        ArrayView<ushort> value,
        ArrayView<float> slopes,
        ArrayView<int> firsts,
        ArrayView<ushort> outputGradient,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        ArrayView<ushort> queryGradient,
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
        // Keys and values of each stage. Queries and output gradients come first, where the last stage begins, which is the last to be
        // needed; dQ goes back through the first ones.
        var shared = SharedMemory.Allocate<ushort>((TStages.Value - 1 + TTiles.Value) * 2 * WarpTile.Block * (THead.Value + 8));
        var fixedRows = shared.SubView((TStages.Value - 1) * 2 * blockElements);
        var limits = SharedMemory.Allocate<int>(WarpTile.Block * TTiles.Value);
        // The sum of each query to base 2 and its delta.
        var statistics = SharedMemory.Allocate<float>(TSoftmax.Value ? WarpTile.Block * TTiles.Value * 2 : 1);
        var queries = LocalMemory.Allocate<uint>(TTiles.Value * (THead.Value / 16) * 4);
        var gradients = LocalMemory.Allocate<uint>(TTiles.Value * (THead.Value / 16) * 4);
        var results = LocalMemory.Allocate<float>(TTiles.Value * (THead.Value / 8) * 4);

        // The longest work first: early blocks of queries see fewer keys.
        var firstQuery = (Grid.DimX - 1 - Grid.IdxX) * groupRows;
        var head = Grid.IdxY;
        var batch = Grid.IdxZ;
        var queryStride = shape.Heads * THead.Value;
        var keyStride = shape.KeyHeads * THead.Value;
        var queryStart = ((long)batch * shape.Length + firstQuery) * queryStride + head * THead.Value;
        var headStart = (long)batch * shape.Length * keyStride + head / shape.HeadsPerKeyHead * THead.Value;
        var perRow = TileScores.PerPosition<TFolded>(slopes, head, shape);
        var ownRow = Group.IdxX / 32 * WarpTile.Rows * TTiles.Value;

        WarpTile.CopyTiles<THead, TTiles>(query.SubView(queryStart), queryStride, shape.Length - firstQuery, fixedRows);
        WarpTile.CopyTiles<THead, TTiles>(
            outputGradient.SubView(queryStart), queryStride, shape.Length - firstQuery, fixedRows.SubView(TTiles.Value * blockElements));
        AsyncCopy.Commit();
        for (var i = Group.IdxX; i < groupRows; i += WarpTile.GroupSize)
        {
            var position = firstQuery + i;
            limits[i] = position < shape.Length ? position - AttentionReach.Back(firsts, shape, batch, position) : int.MaxValue;
            if (TSoftmax.Value)
            {
                var index = ((long)batch * shape.Heads + head) * shape.Length + XMath.Min(position, shape.Length - 1);
                statistics[2 * i] = logSums[index] * ScoreUnit.Log2E;
                statistics[2 * i + 1] = deltas[index];
            }
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
        WarpTile.LoadLeftTiles<THead, TTiles>(queries, fixedRows.SubView(ownRow * WarpTile.Stride<THead>()));
        if (TFolded.Value)
            WarpTile.Scale<TElement>(queries, TTiles.Value * (THead.Value / 16) * 4, 0.5f * shape.Scale);
        WarpTile.LoadLeftTiles<THead, TTiles>(gradients, fixedRows.SubView(TTiles.Value * blockElements + ownRow * WarpTile.Stride<THead>()));
        WarpTile.Clear(results, TTiles.Value * (THead.Value / 8) * 4);

        var warpFirst = firstQuery + ownRow;
        var warpLast = warpFirst + WarpTile.Rows * TTiles.Value - 1;

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

            // What the warp sees: nothing before its oldest key, and from the common key on every query sees all that is not behind it.
            // Both are read anew each time: registers are short.
            var oldestKey = limits[ownRow];
            var commonKey = limits[XMath.Min(warpLast, lastQuery) - firstQuery];
            var keys = shared.SubView(current * 2 * blockElements);
            var start = firstKey + block * WarpTile.Block;
            if (start + WarpTile.Block - 1 <= warpFirst & start >= commonKey)
            {
                for (var step = 0; step < WarpTile.Block / TStep.Value; step++)
                {
                    Step<TElement, THead, TTiles, TStep, TSoftmax, TFolded, No>(
                        queries, gradients, keys.SubView(step * TStep.Value * WarpTile.Stride<THead>()), results, statistics.SubView(2 * ownRow),
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
                            queries, gradients, keys.SubView(step * TStep.Value * WarpTile.Stride<THead>()), results, statistics.SubView(2 * ownRow),
                            perRow, shape.Scale, warpFirst, position, limits.SubView(ownRow));
                    }
                }
            }

            current = current == TStages.Value - 1 ? 0 : current + 1;
        }

        Group.Barrier();
        WarpTile.StoreRows<TElement, THead, TTiles>(
            results,
            TSoftmax.Value ? shape.Scale : 0.25f * shape.Scale,
            shared.SubView(ownRow * WarpTile.Stride<THead>()),
            queryGradient.SubView(queryStart + (long)ownRow * queryStride),
            queryStride,
            shape.Length - warpFirst);
    }

    /// <summary>TStep keys against the warp's queries.</summary>
    /// <param name="queries">[TTiles][THead/16][4].</param>
    /// <param name="gradients">As queries: dO.</param>
    /// <param name="keys">The step's first key in shared memory; its value lies a block behind.</param>
    /// <param name="results">[TTiles][THead/8][4].</param>
    /// <param name="statistics">The sum to base 2 and the delta of each query in shared memory, from the warp's first on; softmax only.</param>
    /// <param name="perRow">What the slope adds to a product for each position of distance.</param>
    /// <param name="scale">Factor of the products.</param>
    /// <param name="row">Position of the warp's first query.</param>
    /// <param name="column">Position of the first key.</param>
    /// <param name="limits">The oldest key of each query, from the warp's first on.</param>
    private static void Step<TElement, THead, TTiles, TStep, TSoftmax, TFolded, TMasked>(
        ArrayView<uint> queries,
        ArrayView<uint> gradients,
        ArrayView<ushort> keys,
        ArrayView<float> results,
        ArrayView<float> statistics,
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
        var count = TTiles.Value * (TStep.Value / 8) * 4;
        var scores = LocalMemory.Allocate<float>(TTiles.Value * (TStep.Value / 8) * 4);
        var products = LocalMemory.Allocate<float>(TTiles.Value * (TStep.Value / 8) * 4);
        var fragments = LocalMemory.Allocate<uint>(TTiles.Value * (TStep.Value / 16) * 4);
        var ownRow = row + Warp.LaneIdx / 4;
        var ownColumn = column + Warp.LaneIdx % 4 * 2;
        TileScores.Begin<TTiles, TStep>(scores, perRow, ownRow - ownColumn);
        WarpTile.Clear(products, count);
        WarpTile.MultiplyAlong<TElement, THead, TTiles, TStep>(scores, queries, keys.SubView(WarpTile.RightOffset<THead>()));
        WarpTile.MultiplyAlong<TElement, THead, TTiles, TStep>(
            products, gradients, keys.SubView(WarpTile.Block * WarpTile.Stride<THead>() + WarpTile.RightOffset<THead>()));
        for (var i = 0; i < count; i++)
        {
            if (TSoftmax.Value)
            {
                var statistic = 2 * (Warp.LaneIdx / 4 + i / (TStep.Value / 8 * 4) * WarpTile.Rows + i / 2 % 2 * 8);
                products[i] = XMath.Exp2(scores[i] * (scale * ScoreUnit.Log2E) - statistics[statistic]) * (products[i] - statistics[statistic + 1]);
            }
            else
            {
                var tanh = FastMath.Tanh(TFolded.Value ? scores[i] : 0.5f * scale * scores[i]);
                products[i] *= 1 - tanh * tanh;
            }
        }

        if (TMasked.Value)
            TileScores.Mask<TTiles, TStep, No>(products, 0, ownRow, ownColumn, limits.SubView(Warp.LaneIdx / 4));
        WarpTile.PackLeft<TElement, TTiles, TStep>(products, fragments);
        WarpTile.MultiplyAcross<TElement, THead, TTiles, TStep>(results, fragments, keys.SubView(WarpTile.LeftOffset<THead>()));
    }
}
