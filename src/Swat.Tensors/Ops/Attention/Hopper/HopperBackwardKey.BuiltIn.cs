using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.Attention.Portable;
using static Swat.Tensors.Numerics.Constants;
using Instructions = Swat.Gpu.Intrinsics.Hopper;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// dK = scale·dSᵀ·Q and dV = Pᵀ·dO of <see cref="SlidingWindowAttentionOp"/> on Hopper, with Sᵀ = scale·K·Qᵀ + slope·(m - n),
/// dPᵀ = V·dOᵀ, and P and dS from both.
/// <para>
/// A group computes 192 keys of a key head (128 for head_dim 128): three warpgroups (two) of 64 keys each, whose keys and
/// values stay in shared memory. One more brings blocks of 64 queries and output gradients by bulk copies, for all query heads that share the
/// key head. For each block: Sᵀ and dPᵀ from shared memory into registers, Pᵀ and dSᵀ in registers, rounded to become the left operands
/// of dV += Pᵀ·dO and dK += dSᵀ·Q; then the products of the next block. For long windows the warpgroups take turns (<see cref="Turns{T}"/>).
/// No other group writes to the same rows: nothing is added atomically, and the order is always the same.
/// </para>
/// <para>
/// Shared memory: the keys and values, and four blocks of queries and of output gradients: 112 KiB for head_dim 64 (160 registers), 192 KiB
/// for 128 (240 registers). Softmax's statistics of the queries come beside the blocks, by ordinary stores of two more warps.
/// </para>
/// <para>
/// On an H200, bfloat16, 8 sequences of 4096 tokens, windows of 128, 512, 1024 and 4096: 0.173, 0.296, 0.483 and 0.961 ms for 16 heads of 64
/// with sigmoid, 0.266, 0.394, 0.580 and 1.089 ms with softmax, 0.151, 0.248, 0.399 and 0.853 ms for 8 heads of 128 with sigmoid.
/// </para>
/// </summary>
internal static class HopperBackwardKey
{
    private const int WarpSize = 32;
    private const int Stages = BlockRing<C64>.Stages;

    /// <summary>Numbers of each kind for the queries of all stages.</summary>
    public const int StageStatistics = Stages * AttentionBlocks.Side;

    /// <summary>Computes dK and dV.</summary>
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
        Action<BulkTensor, BulkTensor, BulkTensor, BulkTensor, BulkTensor, BulkTensor, ArrayView<float>,
            ArrayView<int>, ArrayView<float>, ArrayView<float>, AttentionShape> kernel,
        in AttentionInputs inputs, in AttentionGradients gradients)
        where THead : struct, IConstant
        where TGroups : struct, IWarpGroups
    {
        var (query, key, value, slopes, shape, documents) = inputs;
        var keys = TGroups.Count * AttentionBlocks.Side;
        var config = new KernelConfig(
            new Index3D((shape.Length + keys - 1) / keys, shape.KeyHeads, query.Shape[0]),
            new Index3D((TGroups.Count + 1) * AttentionBlocks.WarpGroup, 1, 1),
            SharedMemoryConfig.RequestDynamic<ushort>(2 * TGroups.Count * AttentionBlocks.Length<THead>() + BlockRing<THead>.Length));
        query.Device.Launch(
            kernel,
            config,
            AttentionMaps.Describe(query),
            AttentionMaps.Describe(key),
            AttentionMaps.Describe(value),
            AttentionMaps.Describe(gradients.Output),
            AttentionMaps.Describe(gradients.Key!),
            AttentionMaps.Describe(gradients.Value!),
            slopes.ViewOrEmpty<float>(),
            (documents?.Last).ViewOrEmpty<int>(),
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
        BulkTensor keyGradients,
        BulkTensor valueGradients,
        ArrayView<float> slopes,
        ArrayView<int> lasts,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        AttentionShape shape)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag =>
        Kernel<C64, ThreeWarpGroups, T, TSoftmax>(
            queries, keys, values, outputGradients, keyGradients, valueGradients, slopes, lasts, logSums, deltas, shape);

    [LaunchBounds(3 * AttentionBlocks.WarpGroup, MinGroupsPerMultiprocessor = 1)]
    internal static void Kernel128<T, TSoftmax>(
        BulkTensor queries,
        BulkTensor keys,
        BulkTensor values,
        BulkTensor outputGradients,
        BulkTensor keyGradients,
        BulkTensor valueGradients,
        ArrayView<float> slopes,
        ArrayView<int> lasts,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        AttentionShape shape)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag =>
        Kernel<C128, TwoWarpGroups, T, TSoftmax>(
            queries, keys, values, outputGradients, keyGradients, valueGradients, slopes, lasts, logSums, deltas, shape);

    /// <param name="queries">Map of [batch, length, heads, head_dim].</param>
    /// <param name="keys">Map of [batch, length, kv_heads, head_dim].</param>
    /// <param name="values">As keys.</param>
    /// <param name="outputGradients">As queries.</param>
    /// <param name="keyGradients">As keys.</param>
    /// <param name="valueGradients">As keys.</param>
    /// <param name="slopes">[heads], or empty.</param>
    /// <param name="lasts">Last positions of the tokens' documents, [batch, length], or empty.</param>
    /// <param name="logSums">[batch, heads, length], softmax only.</param>
    /// <param name="deltas">As logSums: Σ_d dO·O of a query.</param>
    /// <param name="shape">Extents and scores.</param>
    private static void Kernel<THead, TGroups, T, TSoftmax>(
        BulkTensor queries,
        BulkTensor keys,
        BulkTensor values,
        BulkTensor outputGradients,
        BulkTensor keyGradients,
        BulkTensor valueGradients,
        ArrayView<float> slopes,
        ArrayView<int> lasts,
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
        var ring = new BlockRing<THead>(shared.SubView(2 * TGroups.Count * block, BlockRing<THead>.Length), lanesRead: TSoftmax.Value);
        var keysArrived = SharedMemory.Allocate<long>(1);
        // For the queries of each stage: what is added to their scores, see ColumnDerivatives, and the deltas.
        var statistics = SharedMemory.Allocate<float>(TSoftmax.Value ? 2 * StageStatistics : 1);
        var warp = AttentionBlocks.WarpIndex();
        var (firstKey, keyHead, batch) = (Grid.IdxX * TGroups.Count * AttentionBlocks.Side, Grid.IdxY, Grid.IdxZ);
        var firstBlock = Grid.IdxX * TGroups.Count;

        if (Group.IdxX == 0)
        {
            Instructions.BarrierInit(keysArrived, 1);
            ring.Initialise(4 * TGroups.Count, TSoftmax.Value ? AttentionBlocks.Side : 0);
            Instructions.FenceBarrierInit();
        }

        Group.Barrier();
        if (warp >= 4 * TGroups.Count)
        {
            Instructions.ReleaseRegisters(24);
            var count = Count<TGroups>(lasts, shape);
            if (Group.IdxX == TGroups.Count * AttentionBlocks.WarpGroup)
            {
                Instructions.BarrierArriveExpect(keysArrived, 2 * TGroups.Count * block * 2);
                for (var g = 0; g < TGroups.Count; g++)
                {
                    var row = firstKey + g * AttentionBlocks.Side;
                    AttentionBlocks.Load<THead>(shared.SubView(2 * g * block, block), keys, keyHead, row, batch, keysArrived);
                    AttentionBlocks.Load<THead>(shared.SubView((2 * g + 1) * block, block), values, keyHead, row, batch, keysArrived);
                }

                for (var h = 0; h < shape.HeadsPerKeyHead; h++)
                {
                    for (var i = 0; i < count; i++)
                    {
                        ring.Fill(
                            h * count + i,
                            queries,
                            outputGradients,
                            keyHead * shape.HeadsPerKeyHead + h,
                            (firstBlock + i) * AttentionBlocks.Side,
                            batch);
                    }
                }
            }

            if (TSoftmax.Value && (warp == 4 * TGroups.Count + 1 | warp == 4 * TGroups.Count + 2))
            {
                var row = Group.IdxX - TGroups.Count * AttentionBlocks.WarpGroup - WarpSize;
                CopyStatistics(ring, slopes, logSums, deltas, statistics, shape, firstBlock * AttentionBlocks.Side, row, count);
            }
        }
        else
        {
            Instructions.ClaimRegisters(TGroups.Registers);
            var group = warp / 4;
            var turns = new Turns<TGroups>(group, shape);
            var ownFirst = firstKey + group * AttentionBlocks.Side;
            if (ownFirst < shape.Length)
            {
                Multiply<THead, TGroups, T, TSoftmax>(
                    ring, keysArrived, shared, keyGradients, valueGradients, slopes, lasts, statistics, shape, turns, ownFirst);
            }
            else
            {
                var count = shape.HeadsPerKeyHead * Count<TGroups>(lasts, shape);
                for (var i = 0; i < count; i++)
                    turns.PassBy(ring, i);
            }
        }
    }

    /// <summary>What a warpgroup does for its 64 keys.</summary>
    private static void Multiply<THead, TGroups, T, TSoftmax>(
        BlockRing<THead> ring,
        ArrayView<long> keysArrived,
        ArrayView<ushort> shared,
        in BulkTensor keyGradients,
        in BulkTensor valueGradients,
        ArrayView<float> slopes,
        ArrayView<int> lasts,
        ArrayView<float> statistics,
        AttentionShape shape,
        Turns<TGroups> turns,
        int firstKey)
        where THead : struct, IConstant
        where TGroups : struct, IWarpGroups
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        var (keyHead, batch, firstBlock) = (Grid.IdxY, Grid.IdxZ, Grid.IdxX * TGroups.Count);
        var end = EndBlock(firstKey + AttentionBlocks.Side, lasts, shape, batch) - firstBlock;
        // Queries that see all of the keys lie between these.
        var firstCommon = firstKey + AttentionBlocks.Side - 1;
        var lastCommon = firstKey + AttentionReach.Ahead(lasts, shape, batch, firstKey);
        var columns = new ColumnDerivatives<TSoftmax>(firstKey + AttentionBlocks.Row(), shape);

        var keySums = LocalMemory.Allocate<float>(THead.Value / 2);
        var valueSums = LocalMemory.Allocate<float>(THead.Value / 2);
        var scores = LocalMemory.Allocate<float>(AttentionBlocks.Accumulators);
        var products = LocalMemory.Allocate<float>(AttentionBlocks.Accumulators);
        var weights = LocalMemory.Allocate<uint>(AttentionBlocks.Accumulators / 2);
        var derivatives = LocalMemory.Allocate<uint>(AttentionBlocks.Accumulators / 2);
        AttentionBlocks.Clear(keySums, THead.Value / 2);
        AttentionBlocks.Clear(valueSums, THead.Value / 2);

        Instructions.BarrierWait(keysArrived, 0);
        var zero = 0;
        for (var h = 0; h < shape.HeadsPerKeyHead; h++)
        {
            var head = keyHead * shape.HeadsPerKeyHead + h;
            var slope = ScoreUnit.Of<TSoftmax>() * (shape.HasSlopes != 0 ? slopes[head] : 0f);
            // The same for every head. But what follows from a shuffle is not computed ahead of the loop and kept: registers are scarce.
            var start = AttentionBlocks.WarpGroupIndex();
            for (var i = 0; i < start; i++)
                turns.PassBy(ring, zero + i);

            ring.AwaitFirst(zero + start);
            ring.AwaitSecond(zero + start);
            turns.Await();
            Instructions.MatrixFence();
            MultiplyBlock<T, THead>(scores, products, shared, ring, zero + start);
            Instructions.MatrixCommit();
            turns.Pass();
            Instructions.MatrixWait(0);
            Derive<T, TSoftmax>(
                scores,
                products,
                weights,
                derivatives,
                columns,
                firstBlock * AttentionBlocks.Side,
                firstBlock + start,
                firstCommon,
                lastCommon,
                slope,
                lasts,
                shape,
                StatisticsOf(statistics, zero + start));

            // No product is unfinished when an iteration ends: the driver's compiler keeps none in its registers from one to the next.
            for (var i = start + 1; i < end; i++)
            {
                ring.AwaitFirst(zero + i);
                ring.AwaitSecond(zero + i);
                turns.Await();
                Instructions.MatrixFence();
                AttentionBlocks.Accumulate<T, THead>(valueSums, weights, ring.Second(zero + i - 1));
                AttentionBlocks.Accumulate<T, THead>(keySums, derivatives, ring.First(zero + i - 1));
                Instructions.MatrixCommit();
                if (!Overlaps<THead, TGroups>())
                {
                    Instructions.MatrixWait(0);
                    Instructions.MatrixFence();
                }

                MultiplyBlock<T, THead>(scores, products, shared, ring, zero + i);
                Instructions.MatrixCommit();
                turns.Pass();
                Instructions.MatrixWait(1);
                ring.Release(zero + i - 1);
                Instructions.MatrixWait(0);
                Derive<T, TSoftmax>(
                    scores,
                    products,
                    weights,
                    derivatives,
                    columns,
                    firstBlock * AttentionBlocks.Side,
                    firstBlock + i,
                    firstCommon,
                    lastCommon,
                    slope,
                    lasts,
                    shape,
                    StatisticsOf(statistics, zero + i));
            }

            Instructions.MatrixFence();
            AttentionBlocks.Accumulate<T, THead>(valueSums, weights, ring.Second(zero + end - 1));
            AttentionBlocks.Accumulate<T, THead>(keySums, derivatives, ring.First(zero + end - 1));
            Instructions.MatrixCommit();
            Instructions.MatrixWait(0);
            ring.Release(zero + end - 1);
            var count = Count<TGroups>(lasts, shape);
            for (var i = end; i < count; i++)
                turns.PassBy(ring, zero + i);
            zero += count;
        }

        AttentionBlocks.Scale(keySums, THead.Value / 2, shape.Scale * ScoreUnit.DerivativesPerUnit<TSoftmax>());
        // Found again rather than kept: registers are scarce until here.
        var group = AttentionBlocks.WarpGroupIndex();
        var firstRow = (Grid.IdxX * TGroups.Count + group) * AttentionBlocks.Side;
        var block = AttentionBlocks.Length<THead>();
        var free = shared.SubView(2 * group * block, 2 * block);
        AttentionBlocks.Store<T, THead>(keySums, free.SubView(0, block), keyGradients, keyHead, firstRow, batch, 1 + group);
        AttentionBlocks.Store<T, THead>(valueSums, free.SubView(block, block), valueGradients, keyHead, firstRow, batch, 1 + group);
    }

    /// <summary>Starts the products of the warpgroup's keys and values with an entry's queries and output gradients.</summary>
    private static void MultiplyBlock<T, THead>(
        ArrayView<float> scores, ArrayView<float> products, ArrayView<ushort> shared, BlockRing<THead> ring, int number)
        where T : struct, IMatrixElement
        where THead : struct, IConstant
    {
        // The shuffle keeps the descriptors of all parts of the block from being computed ahead of the loop: 30 registers.
        var keyBlock = AttentionBlocks.Describe(shared) + 2 * AttentionBlocks.WarpGroupIndex() * AttentionBlocks.DescriptorStep<THead>();
        AttentionBlocks.MultiplyTransposed<T, THead>(scores, keyBlock, ring.First(number));
        AttentionBlocks.MultiplyTransposed<T, THead>(products, keyBlock + AttentionBlocks.DescriptorStep<THead>(), ring.Second(number));
    }

    /// <summary>
    /// Brings the statistics of each entry's queries to shared memory; two warps call, a work item for each row of a block: one query at a
    /// time is what the registers suffice for that the multiplying warps leave.
    /// </summary>
    private static void CopyStatistics<THead>(
        BlockRing<THead> ring,
        ArrayView<float> slopes,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        ArrayView<float> statistics,
        AttentionShape shape,
        int firstQuery,
        int row,
        int count)
        where THead : struct, IConstant
    {
        for (var h = 0; h < shape.HeadsPerKeyHead; h++)
        {
            var head = Grid.IdxY * shape.HeadsPerKeyHead + h;
            var first = ((long)Grid.IdxZ * shape.Heads + head) * shape.Length;
            var slope = shape.HasSlopes != 0 ? slopes[head] : 0f;
            for (var i = 0; i < count; i++)
            {
                var number = h * count + i;
                ring.AwaitFree(number);
                var own = i * AttentionBlocks.Side + row;
                // What stands for queries behind the sequence is not used.
                var query = first + XMath.Min(firstQuery + own, shape.Length - 1);
                var stage = StatisticsOf(statistics, number).SubView(row);
                stage[0] = ScoreUnit.Log2E * (slope * own - logSums[query]);
                stage[StageStatistics] = deltas[query];
                ring.ArriveSecond(number);
            }
        }
    }

    private static ArrayView<float> StatisticsOf(ArrayView<float> statistics, int number) =>
        statistics.SubView(number % Stages * AttentionBlocks.Side);

    /// <summary>Turns a block's products into weights and derivatives, rounded to the left operands of the next products.</summary>
    private static void Derive<T, TSoftmax>(
        ArrayView<float> scores,
        ArrayView<float> products,
        ArrayView<uint> weights,
        ArrayView<uint> derivatives,
        ColumnDerivatives<TSoftmax> columns,
        int origin,
        int queryBlock,
        int firstCommon,
        int lastCommon,
        float slope,
        ArrayView<int> lasts,
        AttentionShape shape,
        ArrayView<float> statistics)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        var firstQuery = queryBlock * AttentionBlocks.Side;
        if (firstQuery >= firstCommon & firstQuery + AttentionBlocks.Side - 1 <= lastCommon)
            columns.Derive<T, No>(scores, products, weights, derivatives, origin, firstQuery, slope, lasts, shape, Grid.IdxZ, statistics);
        else
            columns.Derive<T, Yes>(scores, products, weights, derivatives, origin, firstQuery, slope, lasts, shape, Grid.IdxZ, statistics);
    }

    /// <summary>There are registers for the rounded operands of one block beside the products of the next.</summary>
    private static bool Overlaps<THead, TGroups>()
        where THead : struct, IConstant
        where TGroups : struct, IWarpGroups =>
        TGroups.Registers >= THead.Value + 3 * AttentionBlocks.Accumulators + AttentionBlocks.OtherRegisters;

    /// <summary>Blocks of queries that see a key of the group; a shuffle again, found where it is needed and not kept.</summary>
    private static int Count<TGroups>(ArrayView<int> lasts, in AttentionShape shape)
        where TGroups : struct, IWarpGroups
    {
        var firstBlock = Grid.IdxX * TGroups.Count;
        return Warp.Shuffle(EndBlock((firstBlock + TGroups.Count) * AttentionBlocks.Side, lasts, shape, Grid.IdxZ) - firstBlock, 0);
    }

    /// <summary>The block behind the last that sees a key before <paramref name="endKey"/>.</summary>
    private static int EndBlock(int endKey, ArrayView<int> lasts, in AttentionShape shape, int batch)
    {
        var lastKey = XMath.Min(endKey, shape.Length) - 1;
        return (lastKey + AttentionReach.Ahead(lasts, shape, batch, lastKey)) / AttentionBlocks.Side + 1;
    }
}
