using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.Attention.Portable;
using static Swat.Tensors.Numerics.Constants;
using Instructions = Swat.Gpu.Intrinsics.Hopper;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// The output of <see cref="SlidingWindowAttentionOp"/> on Hopper: O = P·V, P = sigmoid or softmax of S = scale·Q·Kᵀ + slope·(m - n).
/// <para>
/// A group computes 128 queries of a head (192 for head_dim 128): two warpgroups (three) of 64 queries each, and one more, of which a single
/// work item brings blocks of 64 keys and values by bulk copies into a ring of stages in shared memory, ahead of the others; it leaves its
/// registers to them. Barriers count the bytes that arrived and the warps that are done with a stage. A warpgroup visits just the blocks
/// that its own 64 queries see; only blocks on the edges of a window or a document are masked.
/// </para>
/// <para>
/// For each block: S = Q·Kᵀ from shared memory into registers, P in registers, rounded to become the left operand of O += P·V. While
/// a warpgroup computes P, the tensor cores work for another one of the multiprocessor's four (three). Where the registers suffice, the
/// product S of the next block is started right behind O += P·V, without waiting for it.
/// </para>
/// <para>
/// Shared memory: the queries, and four blocks of keys and of values, 2·head_dim bytes a row: 80 KiB for head_dim 64 (two groups on a
/// multiprocessor, 104 registers), 176 KiB for 128 (one group, 160 registers). No spills.
/// </para>
/// <para>
/// On an H200, bfloat16, 8 sequences of 4096 tokens, windows of 128, 512, 1024 and 4096: 0.097, 0.178, 0.278 and 0.563 ms for 16 heads of 64
/// with sigmoid (434 TFLOP/s over the pairs of the window at 1024), 0.116, 0.223, 0.348 and 0.713 ms with softmax, 0.086, 0.144, 0.216 and
/// 0.439 ms for 8 heads of 128 with sigmoid.
/// </para>
/// </summary>
internal static class HopperForward
{
    /// <summary>Computes the output.</summary>
    /// <inheritdoc cref="AttentionKernels.Forward"/>
    public static void Launch<T, TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums, Tensor? residual)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        if (inputs.Query.Shape[3] == 64)
            Launch<C64, TwoOfTwoGroups>(Kernel64<T, TSoftmax>, inputs, output, logSums, residual);
        else
            Launch<C128, ThreeWarpGroups>(Kernel128<T, TSoftmax>, inputs, output, logSums, residual);
    }

    private static void Launch<THead, TGroups>(
        Action<BulkTensor, BulkTensor, BulkTensor, BulkTensor, BulkTensor, int, ArrayView<float>, ArrayView<int>, ArrayView<float>,
            AttentionShape> kernel,
        in AttentionInputs inputs,
        Tensor output,
        Tensor? logSums,
        Tensor? residual)
        where THead : struct, IConstant
        where TGroups : struct, IWarpGroups
    {
        var (query, key, value, slopes, shape, documents) = inputs;
        var queries = TGroups.Count * AttentionBlocks.Side;
        var config = new KernelConfig(
            new Index3D((shape.Length + queries - 1) / queries, shape.Heads, query.Shape[0]),
            new Index3D((TGroups.Count + 1) * AttentionBlocks.WarpGroup, 1, 1),
            SharedMemoryConfig.RequestDynamic<ushort>(TGroups.Count * AttentionBlocks.Length<THead>() + BlockRing<THead>.Length));
        query.Device.Launch(
            kernel,
            config,
            AttentionMaps.Describe(query),
            AttentionMaps.Describe(key),
            AttentionMaps.Describe(value),
            AttentionMaps.Describe(output),
            AttentionMaps.Describe(residual ?? output),
            residual is null ? 0 : 1,
            slopes.ViewOrEmpty<float>(),
            (documents?.First).ViewOrEmpty<int>(),
            logSums.ViewOrEmpty<float>(),
            shape);
    }

    [LaunchBounds(3 * AttentionBlocks.WarpGroup, MinGroupsPerMultiprocessor = 2)]
    internal static void Kernel64<T, TSoftmax>(
        BulkTensor queries,
        BulkTensor keys,
        BulkTensor values,
        BulkTensor outputs,
        BulkTensor residuals,
        int keepsResiduals,
        ArrayView<float> slopes,
        ArrayView<int> firsts,
        ArrayView<float> logSums,
        AttentionShape shape)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag =>
        Kernel<C64, TwoOfTwoGroups, T, TSoftmax>(queries, keys, values, outputs, residuals, keepsResiduals, slopes, firsts, logSums, shape);

    [LaunchBounds(4 * AttentionBlocks.WarpGroup, MinGroupsPerMultiprocessor = 1)]
    internal static void Kernel128<T, TSoftmax>(
        BulkTensor queries,
        BulkTensor keys,
        BulkTensor values,
        BulkTensor outputs,
        BulkTensor residuals,
        int keepsResiduals,
        ArrayView<float> slopes,
        ArrayView<int> firsts,
        ArrayView<float> logSums,
        AttentionShape shape)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag =>
        Kernel<C128, ThreeWarpGroups, T, TSoftmax>(queries, keys, values, outputs, residuals, keepsResiduals, slopes, firsts, logSums, shape);

    /// <param name="queries">Map of [batch, length, heads, head_dim].</param>
    /// <param name="keys">Map of [batch, length, kv_heads, head_dim].</param>
    /// <param name="values">As keys.</param>
    /// <param name="outputs">As queries.</param>
    /// <param name="residuals">As queries: what rounding takes from the outputs.</param>
    /// <param name="keepsResiduals">1: they are written; softmax only.</param>
    /// <param name="slopes">[heads], or empty.</param>
    /// <param name="firsts">First positions of the tokens' documents, [batch, length], or empty.</param>
    /// <param name="logSums">[batch, heads, length], softmax only.</param>
    /// <param name="shape">Extents and scores.</param>
    private static void Kernel<THead, TGroups, T, TSoftmax>(
        BulkTensor queries,
        BulkTensor keys,
        BulkTensor values,
        BulkTensor outputs,
        BulkTensor residuals,
        int keepsResiduals,
        ArrayView<float> slopes,
        ArrayView<int> firsts,
        ArrayView<float> logSums,
        AttentionShape shape)
        where THead : struct, IConstant
        where TGroups : struct, IWarpGroups
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        var shared = SharedMemory.GetDynamic<ushort>();
        var block = AttentionBlocks.Length<THead>();
        var ring = new BlockRing<THead>(shared.SubView(TGroups.Count * block, BlockRing<THead>.Length));
        var queriesArrived = SharedMemory.Allocate<long>(1);
        var warp = AttentionBlocks.WarpIndex();
        var (firstQuery, head, batch) = (Grid.IdxX * TGroups.Count * AttentionBlocks.Side, Grid.IdxY, Grid.IdxZ);
        var firstBlock = (firstQuery - AttentionReach.Back(firsts, shape, batch, firstQuery)) / AttentionBlocks.Side;

        if (Group.IdxX == 0)
        {
            Instructions.BarrierInit(queriesArrived, 1);
            ring.Initialise(4 * TGroups.Count);
            Instructions.FenceBarrierInit();
        }

        Group.Barrier();
        if (warp >= 4 * TGroups.Count)
        {
            Instructions.ReleaseRegisters(24);
            if (Group.IdxX == TGroups.Count * AttentionBlocks.WarpGroup)
            {
                Instructions.BarrierArriveExpect(queriesArrived, TGroups.Count * block * 2);
                for (var g = 0; g < TGroups.Count; g++)
                {
                    AttentionBlocks.Load<THead>(
                        shared.SubView(g * block, block), queries, head, firstQuery + g * AttentionBlocks.Side, batch, queriesArrived);
                }

                var count = EndBlock(firstQuery + TGroups.Count * AttentionBlocks.Side, shape) - firstBlock;
                for (var i = 0; i < count; i++)
                    ring.Fill(i, keys, values, head / shape.HeadsPerKeyHead, (firstBlock + i) * AttentionBlocks.Side, batch);
            }
        }
        else
        {
            Instructions.ClaimRegisters(TGroups.Registers);
            var group = warp / 4;
            var ownFirst = firstQuery + group * AttentionBlocks.Side;
            if (ownFirst < shape.Length)
            {
                Multiply<THead, TGroups, T, TSoftmax>(
                    ring,
                    queriesArrived,
                    shared.SubView(group * block, block),
                    outputs,
                    residuals,
                    keepsResiduals,
                    slopes,
                    firsts,
                    logSums,
                    shape,
                    firstBlock,
                    ownFirst,
                    1 + group);
            }
            else
            {
                // Entries behind the last that a warpgroup reads are few enough that their stages are not filled again; with nothing to read at
                // all there may be more.
                for (var i = 0; i < EndBlock(ownFirst, shape) - firstBlock; i++)
                    ring.Skip(i);
            }
        }
    }

    /// <summary>What a warpgroup does for its 64 queries.</summary>
    private static void Multiply<THead, TGroups, T, TSoftmax>(
        BlockRing<THead> ring,
        ArrayView<long> queriesArrived,
        ArrayView<ushort> queries,
        in BulkTensor outputs,
        in BulkTensor residuals,
        int keepsResiduals,
        ArrayView<float> slopes,
        ArrayView<int> firsts,
        ArrayView<float> logSums,
        AttentionShape shape,
        int firstBlock,
        int firstQuery,
        int namedBarrier)
        where THead : struct, IConstant
        where TGroups : struct, IWarpGroups
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        var (head, batch) = (Grid.IdxY, Grid.IdxZ);
        var lastQuery = XMath.Min(firstQuery + AttentionBlocks.Side, shape.Length) - 1;
        var start = (firstQuery - AttentionReach.Back(firsts, shape, batch, firstQuery)) / AttentionBlocks.Side - firstBlock;
        var end = lastQuery / AttentionBlocks.Side + 1 - firstBlock;
        // Keys that all of the queries see lie between these.
        var firstCommon = lastQuery - AttentionReach.Back(firsts, shape, batch, lastQuery);
        var scorer = new RowScores<TSoftmax>(firstQuery + AttentionBlocks.Row(), shape, shape.HasSlopes != 0 ? slopes[head] : 0f);

        var sums = LocalMemory.Allocate<float>(THead.Value / 2);
        var scores = LocalMemory.Allocate<float>(AttentionBlocks.Accumulators);
        var weights = LocalMemory.Allocate<uint>(AttentionBlocks.Accumulators / 2);
        var maxima = LocalMemory.Allocate<float>(2);
        var totals = LocalMemory.Allocate<float>(2);
        for (var h = 0; h < 2; h++)
        {
            maxima[h] = float.NegativeInfinity;
            totals[h] = 0;
        }

        var queryBlock = AttentionBlocks.Describe(queries);
        for (var i = 0; i < start; i++)
            ring.Skip(i);

        Instructions.BarrierWait(queriesArrived, 0);
        ring.AwaitFirst(start);
        Instructions.MatrixFence();
        AttentionBlocks.MultiplyTransposed<T, THead>(scores, queryBlock, ring.First(start));
        Instructions.MatrixCommit();
        Instructions.MatrixWait(0);
        AttentionBlocks.Clear(sums, THead.Value / 2);
        Weigh<T, TSoftmax>(
            scores, weights, scorer, firsts, shape, firstBlock + start, firstCommon, firstQuery, maxima, totals, sums, THead.Value / 2);

        // No product is unfinished when an iteration ends: the driver's compiler keeps none in its registers from one to the next.
        for (var i = start + 1; i < end; i++)
        {
            ring.AwaitSecond(i - 1);
            ring.AwaitFirst(i);
            Instructions.MatrixFence();
            AttentionBlocks.Accumulate<T, THead>(sums, weights, ring.Second(i - 1));
            Instructions.MatrixCommit();
            if (!Overlaps<THead, TGroups>())
            {
                Instructions.MatrixWait(0);
                Instructions.MatrixFence();
            }

            AttentionBlocks.MultiplyTransposed<T, THead>(scores, queryBlock, ring.First(i));
            Instructions.MatrixCommit();
            Instructions.MatrixWait(1);
            ring.Release(i - 1);
            Instructions.MatrixWait(0);
            Weigh<T, TSoftmax>(
                scores, weights, scorer, firsts, shape, firstBlock + i, firstCommon, firstQuery, maxima, totals, sums, THead.Value / 2);
        }

        ring.AwaitSecond(end - 1);
        Instructions.MatrixFence();
        AttentionBlocks.Accumulate<T, THead>(sums, weights, ring.Second(end - 1));
        Instructions.MatrixCommit();
        Instructions.MatrixWait(0);
        if (TSoftmax.Value)
        {
            scorer.Normalise(totals, sums, THead.Value / 2);
            if (Warp.LaneIdx % 4 == 0)
                scorer.StoreLogSums(maxima, totals, logSums, shape, batch, head);
        }

        AttentionBlocks.Store<T, THead>(sums, queries, outputs, head, firstQuery, batch, namedBarrier);
        if (TSoftmax.Value && keepsResiduals != 0)
        {
            for (var i = 0; i < THead.Value / 2; i++)
                sums[i] -= T.Round(sums[i]);
            // The output has left the block when the work item that sends it comes here.
            AttentionBlocks.WarpGroupBarrier(namedBarrier);
            AttentionBlocks.Store<T, THead>(sums, queries, residuals, head, firstQuery, batch, namedBarrier);
        }
    }

    /// <summary>Turns a block's scores into weights, rounded to the left operand of the product with the values.</summary>
    private static void Weigh<T, TSoftmax>(
        ArrayView<float> scores,
        ArrayView<uint> weights,
        RowScores<TSoftmax> scorer,
        ArrayView<int> firsts,
        AttentionShape shape,
        int keyBlock,
        int firstCommon,
        int lastCommon,
        ArrayView<float> maxima,
        ArrayView<float> totals,
        ArrayView<float> sums,
        int sumCount)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        var firstKey = keyBlock * AttentionBlocks.Side;
        if (firstKey >= firstCommon & firstKey + AttentionBlocks.Side - 1 <= lastCommon)
            scorer.Weigh<No>(scores, firstKey, firsts, shape, Grid.IdxZ, maxima, totals, sums, sumCount);
        else
            scorer.Weigh<Yes>(scores, firstKey, firsts, shape, Grid.IdxZ, maxima, totals, sums, sumCount);
        AttentionBlocks.Pack<T>(scores, weights);
    }

    /// <summary>There are registers for the rounded weights of one block beside the scores of the next.</summary>
    private static bool Overlaps<THead, TGroups>()
        where THead : struct, IConstant
        where TGroups : struct, IWarpGroups =>
        TGroups.Registers >= THead.Value / 2 + AttentionBlocks.Accumulators * 3 / 2 + AttentionBlocks.OtherRegisters;

    /// <summary>The block behind the last that queries before <paramref name="endQuery"/> see.</summary>
    private static int EndBlock(int endQuery, in AttentionShape shape) =>
        (XMath.Min(endQuery, shape.Length) + AttentionBlocks.Side - 1) / AttentionBlocks.Side;
}
