using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>
/// The forward kernel on tensor cores for wide heads: <see cref="TensorCoreForward"/> with two warps for 16 queries, see
/// <see cref="WideTile"/>.
/// <para>
/// For each block of 32 keys, side s of a pair multiplies half s of the head dimension, S_s = Q_s·K_sᵀ; both add S_0 + S_1, compute the
/// weights P of all, with softmax's maxima and sums, and add P·V_s to half s of the output.
/// </para>
/// <para>
/// Data: half of Q stays in registers, THead/8 words a work item beside THead/4 sums of the output. For 16 keys a pair reads 64·THead bytes
/// of shared memory for operands, and 4 KiB for the exchange, and runs THead/4 products of 16x8x16. Shared memory: 83 KiB at 256.
/// </para>
/// </summary>
internal static class WideForward
{
    /// <summary>Computes the output, and for softmax the logarithm of each query's sum of exponentials.</summary>
    /// <returns>False: there is no kernel for the head dimension and the device.</returns>
    public static bool TryLaunch<TElement, TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
        where TElement : struct, IFragmentElement
        where TSoftmax : struct, IFlag
    {
        var headDim = inputs.Query.Shape[3];
        if (headDim != 256 || !WideTile.Fits(inputs.Query.Device, headDim))
            return false;
        Launch<TElement, C256, C128, TSoftmax>(inputs, output, logSums);
        return true;
    }

    private static void Launch<TElement, THead, THalf, TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
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
    [LaunchBounds(WideTile.GroupSize)]
    private static void Kernel<TElement, THead, THalf, TSoftmax>(
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
        where THalf : struct, IConstant
        where TSoftmax : struct, IFlag
    {
        // Keys and values of each stage. The queries come first, in the last stage, which is the last to be needed; the output goes back
        // through all of them.
        var shared = SharedMemory.Allocate<ushort>(WideTile.Stages * 2 * WideTile.Block * (THead.Value + 8));
        var exchange = SharedMemory.Allocate<float>(WideTile.ExchangeLength);
        var limits = SharedMemory.Allocate<int>(WideTile.Rows);
        var queries = LocalMemory.Allocate<uint>(THalf.Value / 16 * 4);
        var results = LocalMemory.Allocate<float>(THalf.Value / 8 * 4);
        var products = LocalMemory.Allocate<float>(WideTile.Products);
        var maxima = LocalMemory.Allocate<float>(2);
        var sums = LocalMemory.Allocate<float>(2);

        // The longest work first: early blocks of queries see fewer keys.
        var firstQuery = (Grid.DimX - 1 - Grid.IdxX) * WideTile.Rows;
        var (head, batch) = (Grid.IdxY, Grid.IdxZ);
        var queryStride = shape.Heads * THead.Value;
        var keyStride = shape.KeyHeads * THead.Value;
        var queryStart = ((long)batch * shape.Length + firstQuery) * queryStride + head * THead.Value;
        var headStart = (long)batch * shape.Length * keyStride + head / shape.HeadsPerKeyHead * THead.Value;
        var stageElements = 2 * WideTile.BlockElements<THead>();
        var queryRows = shared.SubView((WideTile.Stages - 1) * stageElements);
        var side = WideTile.Side();
        var ownRow = WideTile.OwnRow();
        var firstColumn = side * THalf.Value;
        // One side's part of the scores begins as the bias.
        var perRow = side == 0 ? TileScores.PerPosition<No>(slopes, head, shape) : 0f;

        WideTile.CopyFixed<THead>(query.SubView(queryStart), queryStride, shape.Length - firstQuery, queryRows);
        AsyncCopy.Commit();
        for (var i = Group.IdxX; i < WideTile.Rows; i += WideTile.GroupSize)
        {
            var position = firstQuery + i;
            limits[i] = position < shape.Length ? position - AttentionReach.Back(firsts, shape, batch, position) : int.MaxValue;
        }

        var lastQuery = XMath.Min(shape.Length, firstQuery + WideTile.Rows) - 1;
        var firstKey = (firstQuery - AttentionReach.Back(firsts, shape, batch, firstQuery)) / WideTile.Block * WideTile.Block;
        var blocks = (lastQuery - firstKey) / WideTile.Block + 1;
        WideTile.CopyBlocks<THead>(key, value, headStart + (long)firstKey * keyStride, keyStride, shape.Length - firstKey, shared);
        AsyncCopy.Commit();
        AsyncCopy.Wait(1);
        Group.Barrier();
        WarpTile.LoadLeftTiles<THead, THalf, C1>(queries, queryRows.SubView(ownRow * WarpTile.Stride<THead>() + firstColumn));
        WarpTile.Clear(results, THalf.Value / 8 * 4);
        WarpTile.Clear(sums, 2);
        maxima[0] = ScoreUnit.Lowest;
        maxima[1] = ScoreUnit.Lowest;

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

            var keys = shared.SubView(block % 2 * stageElements + firstColumn);
            var isSeen = start <= warpLast & start + WideTile.Block > oldestKey;
            var row = warpFirst + Warp.LaneIdx / 4;
            var column = start + Warp.LaneIdx % 4 * 2;
            if (isSeen)
            {
                TileScores.Begin<C1, C32>(products, perRow, row - column);
                WarpTile.MultiplyAlong<TElement, THead, THalf, C1, C32>(products, queries, keys.SubView(WarpTile.RightOffset<THead>()));
                WideTile.Give(products, exchange);
            }

            Group.Barrier();
            if (isSeen)
            {
                var given = WideTile.Given(exchange);
                for (var i = 0; i < WideTile.Products; i++)
                    products[i] += given[i * WideTile.GroupSize];
                var isInside = start + WideTile.Block - 1 <= warpFirst & start >= commonKey;
                var ownLimits = limits.SubView(ownRow + Warp.LaneIdx / 4);
                if (TSoftmax.Value)
                {
                    if (!isInside)
                        TileScores.Mask<C1, C32, No>(products, float.NegativeInfinity, row, column, ownLimits);
                    TileSoftmax.Exponentiate<THalf, C1, C32>(products, results, maxima, sums, shape.Scale * ScoreUnit.Log2E);
                }
                else
                {
                    for (var i = 0; i < WideTile.Products; i++)
                        products[i] = 0.5f * FastMath.Tanh(0.5f * shape.Scale * products[i]) + 0.5f;
                    if (!isInside)
                        TileScores.Mask<C1, C32, No>(products, 0, row, column, ownLimits);
                }

                var weights = LocalMemory.Allocate<uint>(WideTile.Products / 2);
                WarpTile.PackLeft<TElement, C1, C32>(products, weights);
                WarpTile.MultiplyAcross<TElement, THead, THalf, C1, C32>(
                    results, weights, keys.SubView(WideTile.BlockElements<THead>() + WarpTile.LeftOffset<THead>()));
            }
        }

        var rows = shape.Length - warpFirst;
        if (TSoftmax.Value)
        {
            var rowStart = ((long)batch * shape.Heads + head) * shape.Length + warpFirst;
            TileSoftmax.Normalise<THalf, C1>(results, maxima, sums, shape.Scale, logSums, rowStart, side == 0 ? rows : 0);
        }

        Group.Barrier();
        WarpTile.StoreRows<TElement, THalf, C1>(
            results,
            1,
            shared.SubView(Group.IdxX / 32 * WarpTile.Rows * WarpTile.Stride<THalf>()),
            output.SubView(queryStart + (long)ownRow * queryStride + firstColumn),
            queryStride,
            rows);
    }
}
