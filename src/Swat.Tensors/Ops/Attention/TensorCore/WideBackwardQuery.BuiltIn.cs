using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>
/// The kernel for dQ on tensor cores for wide heads: <see cref="TensorCoreBackwardQuery"/> with two warps for 16 queries, see
/// <see cref="WideTile"/>.
/// <para>
/// For each block of 32 keys, side 0 of a pair computes S = Q·Kᵀ + slope/scale·(m - n) and one factor of dS from it, 1 - tanh² or softmax's P,
/// side 1 the other factor from dP = dO·Vᵀ. Both take the product dS and add dS·K_s to half s of dQ. Both sides run the same products, on
/// other memory.
/// </para>
/// <para>
/// Data: Q or dO stays in registers, THead/4 words a work item beside THead/4 sums of dQ. For 16 keys a pair reads 96·THead bytes of shared
/// memory for operands, and 4 KiB for the exchange, and runs 3·THead/8 products of 16x8x16. Shared memory: 83 KiB at 256.
/// </para>
/// </summary>
internal static class WideBackwardQuery
{
    /// <summary>Computes dQ.</summary>
    /// <returns>False: there is no kernel for the head dimension and the device.</returns>
    public static bool TryLaunch<TElement, TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TElement : struct, IFragmentElement
        where TSoftmax : struct, IFlag
    {
        var headDim = inputs.Query.Shape[3];
        if (headDim != 256 || !WideTile.Fits(inputs.Query.Device, headDim))
            return false;
        Launch<TElement, C256, C128, TSoftmax>(inputs, gradients);
        return true;
    }

    private static void Launch<TElement, THead, THalf, TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where THalf : struct, IConstant
        where TSoftmax : struct, IFlag
    {
        var (query, key, value, slopes, shape, documents) = inputs;
        query.Device.Launch(
            Kernel<TElement, THead, THalf, TSoftmax>,
            WideTile.Config(query.Shape[0], shape.Heads, shape.Length),
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
    [LaunchBounds(WideTile.GroupSize)]
    private static void Kernel<TElement, THead, THalf, TSoftmax>(
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
        where THalf : struct, IConstant
        where TSoftmax : struct, IFlag
    {
        // Keys and values of each stage. Queries and output gradients come first, through all of it; dQ goes back through it.
        var shared = SharedMemory.Allocate<ushort>(WideTile.Stages * 2 * WideTile.Block * (THead.Value + 8));
        var exchange = SharedMemory.Allocate<float>(WideTile.ExchangeLength);
        var limits = SharedMemory.Allocate<int>(WideTile.Rows);
        var left = LocalMemory.Allocate<uint>(THead.Value / 16 * 4);
        var results = LocalMemory.Allocate<float>(THalf.Value / 8 * 4);
        var products = LocalMemory.Allocate<float>(WideTile.Products);
        var statistics = LocalMemory.Allocate<float>(2);

        // The longest work first: early blocks of queries see fewer keys.
        var firstQuery = (Grid.DimX - 1 - Grid.IdxX) * WideTile.Rows;
        var (head, batch) = (Grid.IdxY, Grid.IdxZ);
        var queryStride = shape.Heads * THead.Value;
        var keyStride = shape.KeyHeads * THead.Value;
        var queryStart = ((long)batch * shape.Length + firstQuery) * queryStride + head * THead.Value;
        var headStart = (long)batch * shape.Length * keyStride + head / shape.HeadsPerKeyHead * THead.Value;
        var stageElements = 2 * WideTile.BlockElements<THead>();
        var side = WideTile.Side();
        var ownRow = WideTile.OwnRow();
        // dP has no bias.
        var perRow = side == 0 ? TileScores.PerPosition<No>(slopes, head, shape) : 0f;

        WideTile.CopyFixed<THead>(query.SubView(queryStart), queryStride, shape.Length - firstQuery, shared);
        WideTile.CopyFixed<THead>(
            outputGradient.SubView(queryStart), queryStride, shape.Length - firstQuery, shared.SubView(WideTile.Rows * WarpTile.Stride<THead>()));
        AsyncCopy.Commit();
        for (var i = Group.IdxX; i < WideTile.Rows; i += WideTile.GroupSize)
        {
            var position = firstQuery + i;
            limits[i] = position < shape.Length ? position - AttentionReach.Back(firsts, shape, batch, position) : int.MaxValue;
        }

        if (TSoftmax.Value)
        {
            for (var i = 0; i < 2; i++)
            {
                var position = XMath.Min(firstQuery + ownRow + Warp.LaneIdx / 4 + 8 * i, shape.Length - 1);
                var index = ((long)batch * shape.Heads + head) * shape.Length + position;
                statistics[i] = side == 0 ? logSums[index] * ScoreUnit.Log2E : deltas[index];
            }
        }

        var lastQuery = XMath.Min(shape.Length, firstQuery + WideTile.Rows) - 1;
        var firstKey = (firstQuery - AttentionReach.Back(firsts, shape, batch, firstQuery)) / WideTile.Block * WideTile.Block;
        var blocks = (lastQuery - firstKey) / WideTile.Block + 1;
        AsyncCopy.Wait(0);
        Group.Barrier();
        WarpTile.LoadLeftTiles<THead, C1>(left, shared.SubView((side * WideTile.Rows + ownRow) * WarpTile.Stride<THead>()));
        WarpTile.Clear(results, THalf.Value / 8 * 4);
        Group.Barrier();
        WideTile.CopyBlocks<THead>(key, value, headStart + (long)firstKey * keyStride, keyStride, shape.Length - firstKey, shared);
        AsyncCopy.Commit();

        // What the warp sees: nothing before its oldest key, and from the common key on every query sees all that is not behind it.
        var warpFirst = firstQuery + ownRow;
        var warpLast = warpFirst + WarpTile.Rows - 1;
        var oldestKey = limits[ownRow];
        var commonKey = limits[XMath.Min(warpLast, lastQuery) - firstQuery];

        for (var block = 0; block < blocks; block++)
        {
            AsyncCopy.Wait(0);
            Group.Barrier();
            var start = firstKey + block * WideTile.Block;
            if (block + 1 < blocks)
            {
                var next = start + WideTile.Block;
                WideTile.CopyBlocks<THead>(
                    key, value, headStart + (long)next * keyStride, keyStride, shape.Length - next, shared.SubView((block + 1) % 2 * stageElements));
            }

            AsyncCopy.Commit();

            var keys = shared.SubView(block % 2 * stageElements);
            var isSeen = start <= warpLast & start + WideTile.Block > oldestKey;
            var row = warpFirst + Warp.LaneIdx / 4;
            var column = start + Warp.LaneIdx % 4 * 2;
            if (isSeen)
            {
                TileScores.Begin<C1, C32>(products, perRow, row - column);
                WarpTile.MultiplyAlong<TElement, THead, C1, C32>(
                    products, left, keys.SubView(side * WideTile.BlockElements<THead>() + WarpTile.RightOffset<THead>()));
                if (side == 0)
                    Factor<TSoftmax>(products, statistics, shape.Scale);
                else if (TSoftmax.Value)
                    Subtract(products, statistics);
                WideTile.Give(products, exchange);
            }

            Group.Barrier();
            if (isSeen)
            {
                var given = WideTile.Given(exchange);
                for (var i = 0; i < WideTile.Products; i++)
                    products[i] *= given[i * WideTile.GroupSize];
                if (!(start + WideTile.Block - 1 <= warpFirst & start >= commonKey))
                    TileScores.Mask<C1, C32, No>(products, 0, row, column, limits.SubView(ownRow + Warp.LaneIdx / 4));
                var fragments = LocalMemory.Allocate<uint>(WideTile.Products / 2);
                WarpTile.PackLeft<TElement, C1, C32>(products, fragments);
                WarpTile.MultiplyAcross<TElement, THead, THalf, C1, C32>(
                    results, fragments, keys.SubView(side * THalf.Value + WarpTile.LeftOffset<THead>()));
            }
        }

        Group.Barrier();
        WarpTile.StoreRows<TElement, THalf, C1>(
            results,
            TSoftmax.Value ? shape.Scale : 0.25f * shape.Scale,
            shared.SubView(Group.IdxX / 32 * WarpTile.Rows * WarpTile.Stride<THalf>()),
            queryGradient.SubView(queryStart + (long)ownRow * queryStride + side * THalf.Value),
            queryStride,
            shape.Length - warpFirst);
    }

    /// <summary>What the scores contribute to dS: for the sigmoid four times P·(1 - P), as 1 - tanh², for softmax P.</summary>
    private static void Factor<TSoftmax>(ArrayView<float> scores, ArrayView<float> logSums, float scale)
        where TSoftmax : struct, IFlag
    {
        for (var i = 0; i < WideTile.Products; i++)
        {
            if (TSoftmax.Value)
            {
                scores[i] = XMath.Exp2(scores[i] * (scale * ScoreUnit.Log2E) - logSums[i / 2 % 2]);
            }
            else
            {
                var tanh = FastMath.Tanh(0.5f * scale * scores[i]);
                scores[i] = 1 - tanh * tanh;
            }
        }
    }

    private static void Subtract(ArrayView<float> products, ArrayView<float> deltas)
    {
        for (var i = 0; i < WideTile.Products; i++)
            products[i] -= deltas[i / 2 % 2];
    }
}
