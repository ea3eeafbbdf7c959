using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.Attention.Portable;
using static Swat.Tensors.Numerics.Constants;
using Instructions = Swat.Gpu.Intrinsics.Hopper;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// dQ = scale·dS·K of <see cref="SlidingWindowAttentionOp"/> on Hopper, with S = scale·Q·Kᵀ + slope·(m - n), dP = dO·Vᵀ and dS from both.
/// <para>
/// As <see cref="HopperForward"/>, with three warpgroups of 64 queries each (two for head_dim 128), whose queries and output gradients stay
/// in shared memory; keys and values pass by. For each block: S = Q·Kᵀ and dP = dO·Vᵀ from shared memory into registers, dS in registers,
/// rounded to become the left operand of dQ += dS·K, behind which the products of the next block are started. For long windows the
/// warpgroups take turns (<see cref="Turns{T}"/>).
/// </para>
/// <para>
/// Shared memory: queries and output gradients, and four blocks of keys and of values: 112 KiB for head_dim 64 (160 registers), 192 KiB for
/// 128 (240 registers). No spills.
/// </para>
/// <para>
/// On an H200, bfloat16, 8 sequences of 4096 tokens, windows of 128, 512, 1024 and 4096: 0.130, 0.211, 0.369 and 0.772 ms for 16 heads of 64
/// with sigmoid, about the same with softmax, 0.108, 0.163, 0.297 and 0.674 ms for 8 heads of 128 with sigmoid.
/// </para>
/// </summary>
internal static class HopperBackwardQuery
{
    /// <summary>Computes dQ.</summary>
    /// <inheritdoc cref="AttentionKernels.Backward"/>
    public static void Launch<T, TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        if (inputs.Query.Shape[3] == 64)
            Launch<C64, ThreeWarpGroups>(Kernel64<T, TSoftmax>, inputs, gradients);
        else
            Launch<C128, TwoWarpGroups>(Kernel128<T, TSoftmax>, inputs, gradients);
    }

    private static void Launch<THead, TGroups>(
        Action<BulkTensor, BulkTensor, BulkTensor, BulkTensor, BulkTensor, ArrayView<float>, ArrayView<int>,
            ArrayView<float>, ArrayView<float>, AttentionShape> kernel,
        in AttentionInputs inputs, in AttentionGradients gradients)
        where THead : struct, IConstant
        where TGroups : struct, IWarpGroups
    {
        var (query, key, value, slopes, shape, documents) = inputs;
        var queries = TGroups.Count * AttentionBlocks.Side;
        var config = new KernelConfig(
            new Index3D((shape.Length + queries - 1) / queries, shape.Heads, query.Shape[0]),
            new Index3D((TGroups.Count + 1) * AttentionBlocks.WarpGroup, 1, 1),
            SharedMemoryConfig.RequestDynamic<ushort>(2 * TGroups.Count * AttentionBlocks.Length<THead>() + BlockRing<THead>.Length));
        query.Device.Launch(
            kernel,
            config,
            AttentionMaps.Describe(query),
            AttentionMaps.Describe(key),
            AttentionMaps.Describe(value),
            AttentionMaps.Describe(gradients.Output),
            AttentionMaps.Describe(gradients.Query!),
            slopes.ViewOrEmpty<float>(),
            (documents?.First).ViewOrEmpty<int>(),
            gradients.LogSums.ViewOrEmpty<float>(),
            gradients.Deltas.ViewOrEmpty<float>(),
            shape);
    }

    [LaunchBounds(4 * AttentionBlocks.WarpGroup, MinGroupsPerMultiprocessor = 1)]
    internal static void Kernel64<T, TSoftmax>(
        BulkTensor queries,
        BulkTensor keys,
        BulkTensor values,
        BulkTensor outputGradients,
        BulkTensor queryGradients,
        ArrayView<float> slopes,
        ArrayView<int> firsts,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        AttentionShape shape)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag =>
        Kernel<C64, ThreeWarpGroups, T, TSoftmax>(
            queries, keys, values, outputGradients, queryGradients, slopes, firsts, logSums, deltas, shape);

    [LaunchBounds(3 * AttentionBlocks.WarpGroup, MinGroupsPerMultiprocessor = 1)]
    internal static void Kernel128<T, TSoftmax>(
        BulkTensor queries,
        BulkTensor keys,
        BulkTensor values,
        BulkTensor outputGradients,
        BulkTensor queryGradients,
        ArrayView<float> slopes,
        ArrayView<int> firsts,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        AttentionShape shape)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag =>
        Kernel<C128, TwoWarpGroups, T, TSoftmax>(
            queries, keys, values, outputGradients, queryGradients, slopes, firsts, logSums, deltas, shape);

    /// <param name="queries">Map of [batch, length, heads, head_dim].</param>
    /// <param name="keys">Map of [batch, length, kv_heads, head_dim].</param>
    /// <param name="values">As keys.</param>
    /// <param name="outputGradients">As queries.</param>
    /// <param name="queryGradients">As queries.</param>
    /// <param name="slopes">[heads], or empty.</param>
    /// <param name="firsts">First positions of the tokens' documents, [batch, length], or empty.</param>
    /// <param name="logSums">[batch, heads, length], softmax only.</param>
    /// <param name="deltas">As logSums: Σ_d dO·O of a query.</param>
    /// <param name="shape">Extents and scores.</param>
    private static void Kernel<THead, TGroups, T, TSoftmax>(
        BulkTensor queries,
        BulkTensor keys,
        BulkTensor values,
        BulkTensor outputGradients,
        BulkTensor queryGradients,
        ArrayView<float> slopes,
        ArrayView<int> firsts,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        AttentionShape shape)
        where THead : struct, IConstant
        where TGroups : struct, IWarpGroups
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        var shared = SharedMemory.GetDynamic<ushort>();
        var block = AttentionBlocks.Length<THead>();
        var ring = new BlockRing<THead>(shared.SubView(2 * TGroups.Count * block, BlockRing<THead>.Length));
        var queriesArrived = SharedMemory.Allocate<long>(1);
        var warp = AttentionBlocks.WarpIndex();
        var (firstQuery, head, batch) = (Grid.IdxX * TGroups.Count * AttentionBlocks.Side, Grid.IdxY, Grid.IdxZ);
        var firstBlock = (firstQuery - AttentionReach.Back(firsts, shape, batch, firstQuery)) / AttentionBlocks.Side;
        var lastQuery = XMath.Min(firstQuery + TGroups.Count * AttentionBlocks.Side, shape.Length) - 1;
        var count = lastQuery / AttentionBlocks.Side + 1 - firstBlock;

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
                Instructions.BarrierArriveExpect(queriesArrived, 2 * TGroups.Count * block * 2);
                for (var g = 0; g < TGroups.Count; g++)
                {
                    var row = firstQuery + g * AttentionBlocks.Side;
                    AttentionBlocks.Load<THead>(shared.SubView(2 * g * block, block), queries, head, row, batch, queriesArrived);
                    AttentionBlocks.Load<THead>(shared.SubView((2 * g + 1) * block, block), outputGradients, head, row, batch, queriesArrived);
                }

                for (var i = 0; i < count; i++)
                    ring.Fill(i, keys, values, head / shape.HeadsPerKeyHead, (firstBlock + i) * AttentionBlocks.Side, batch);
            }
        }
        else
        {
            Instructions.ClaimRegisters(TGroups.Registers);
            var group = warp / 4;
            var turns = new Turns<TGroups>(group, shape);
            var ownFirst = firstQuery + group * AttentionBlocks.Side;
            var own = shared.SubView(2 * group * block, 2 * block);
            if (ownFirst < shape.Length)
            {
                Multiply<THead, TGroups, T, TSoftmax>(
                    ring,
                    queriesArrived,
                    own,
                    queryGradients,
                    slopes,
                    firsts,
                    logSums,
                    deltas,
                    shape,
                    firstBlock,
                    count,
                    turns,
                    ownFirst,
                    1 + group);
            }
            else
            {
                for (var i = 0; i < count; i++)
                    turns.PassBy(ring, i);
            }
        }
    }

    /// <summary>What a warpgroup does for its 64 queries.</summary>
    private static void Multiply<THead, TGroups, T, TSoftmax>(
        BlockRing<THead> ring,
        ArrayView<long> queriesArrived,
        ArrayView<ushort> own,
        in BulkTensor queryGradients,
        ArrayView<float> slopes,
        ArrayView<int> firsts,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        AttentionShape shape,
        int firstBlock,
        int count,
        Turns<TGroups> turns,
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
        var (firstCommon, lastCommon) = (lastQuery - AttentionReach.Back(firsts, shape, batch, lastQuery), firstQuery);
        var rows = new RowDerivatives<TSoftmax>(
            firstQuery + AttentionBlocks.Row(),
            firsts,
            logSums,
            deltas,
            shape,
            batch,
            head,
            shape.HasSlopes != 0 ? slopes[head] : 0f);

        var sums = LocalMemory.Allocate<float>(THead.Value / 2);
        var scores = LocalMemory.Allocate<float>(AttentionBlocks.Accumulators);
        var products = LocalMemory.Allocate<float>(AttentionBlocks.Accumulators);
        var derivatives = LocalMemory.Allocate<uint>(AttentionBlocks.Accumulators / 2);

        var queryBlock = AttentionBlocks.Describe(own);
        var gradientBlock = queryBlock + AttentionBlocks.DescriptorStep<THead>();
        for (var i = 0; i < start; i++)
            turns.PassBy(ring, i);

        Instructions.BarrierWait(queriesArrived, 0);
        ring.AwaitFirst(start);
        ring.AwaitSecond(start);
        turns.Await();
        Instructions.MatrixFence();
        AttentionBlocks.MultiplyTransposed<T, THead>(scores, queryBlock, ring.First(start));
        AttentionBlocks.MultiplyTransposed<T, THead>(products, gradientBlock, ring.Second(start));
        Instructions.MatrixCommit();
        turns.Pass();
        Instructions.MatrixWait(0);
        AttentionBlocks.Clear(sums, THead.Value / 2);
        Derive<T, TSoftmax>(scores, products, derivatives, rows, firstBlock + start, firstCommon, lastCommon);

        // No product is unfinished when an iteration ends: the driver's compiler keeps none in its registers from one to the next.
        for (var i = start + 1; i < end; i++)
        {
            ring.AwaitFirst(i);
            ring.AwaitSecond(i);
            turns.Await();
            Instructions.MatrixFence();
            AttentionBlocks.Accumulate<T, THead>(sums, derivatives, ring.First(i - 1));
            Instructions.MatrixCommit();
            AttentionBlocks.MultiplyTransposed<T, THead>(scores, queryBlock, ring.First(i));
            AttentionBlocks.MultiplyTransposed<T, THead>(products, gradientBlock, ring.Second(i));
            Instructions.MatrixCommit();
            turns.Pass();
            Instructions.MatrixWait(1);
            ring.Release(i - 1);
            Instructions.MatrixWait(0);
            Derive<T, TSoftmax>(scores, products, derivatives, rows, firstBlock + i, firstCommon, lastCommon);
        }

        for (var i = end; i < count; i++)
            turns.PassBy(ring, i);

        Instructions.MatrixFence();
        AttentionBlocks.Accumulate<T, THead>(sums, derivatives, ring.First(end - 1));
        Instructions.MatrixCommit();
        Instructions.MatrixWait(0);
        ring.Release(end - 1);
        AttentionBlocks.Scale(sums, THead.Value / 2, shape.Scale * ScoreUnit.DerivativesPerUnit<TSoftmax>());
        AttentionBlocks.Store<T, THead>(sums, own.SubView(0, AttentionBlocks.Length<THead>()), queryGradients, head, firstQuery, batch, namedBarrier);
    }

    /// <summary>Turns a block's products into derivatives, rounded to the left operand of the product with the keys.</summary>
    private static void Derive<T, TSoftmax>(
        ArrayView<float> scores,
        ArrayView<float> products,
        ArrayView<uint> derivatives,
        RowDerivatives<TSoftmax> rows,
        int keyBlock,
        int firstCommon,
        int lastCommon)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        var firstKey = keyBlock * AttentionBlocks.Side;
        if (firstKey >= firstCommon & firstKey + AttentionBlocks.Side - 1 <= lastCommon)
            rows.Derive<No>(scores, products, firstKey);
        else
            rows.Derive<Yes>(scores, products, firstKey);
        AttentionBlocks.Pack<T>(scores, derivatives);
    }
}
