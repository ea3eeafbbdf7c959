using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.Attention.Portable;
using static Swat.Tensors.Numerics.Constants;
using Instructions = Swat.Gpu.Intrinsics.Hopper;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// dK = scale·dSᵀ·Q and dV = Pᵀ·dO of <see cref="SlidingWindowAttentionOp"/> on Hopper, with Sᵀ = scale·K·Qᵀ + slope·(m - n),
/// dPᵀ = V·dOᵀ, and P and dS from both.
/// <para>
/// A group computes 192 keys of a key head (128 for head_dim 128): three warpgroups (two) of 64 keys each, whose keys and values stay in shared memory, and a warp that
/// brings blocks of 64 queries and output gradients by bulk copies, for all query heads that share the key head. For each block:
/// Sᵀ and dPᵀ from shared memory into registers, Pᵀ and dSᵀ in registers, rounded to become the left operands of dV += Pᵀ·dO and
/// dK += dSᵀ·Q, behind which the products of the next block are started. No other group writes to the same rows: nothing is added
/// atomically, and the order is always the same.
/// </para>
/// <para>Shared memory for head_dim 64: 2·192 rows and four blocks of queries and of output gradients, 112 KiB.</para>
/// </summary>
internal static class HopperBackwardKey
{
    /// <summary>Computes dK and dV.</summary>
    /// <inheritdoc cref="AttentionKernels.Backward"/>
    public static void Launch<T, TSoftmax>(
        in AttentionInputs inputs, Tensor outputGradient, Tensor? logSums, Tensor? deltas, Tensor keyGradient, Tensor valueGradient)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        if (inputs.Query.Shape[3] == 64)
            Launch<C64, ThreeWarpGroups>(Kernel64<T, TSoftmax>, inputs, outputGradient, logSums, deltas, keyGradient, valueGradient);
        else
            Launch<C128, TwoWarpGroups>(Kernel128<T, TSoftmax>, inputs, outputGradient, logSums, deltas, keyGradient, valueGradient);
    }

    private static void Launch<THead, TGroups>(
        Action<ArrayView<long>, ArrayView<long>, ArrayView<long>, ArrayView<long>, ArrayView<long>, ArrayView<long>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, AttentionShape> kernel,
        in AttentionInputs inputs,
        Tensor outputGradient,
        Tensor? logSums,
        Tensor? deltas,
        Tensor keyGradient,
        Tensor valueGradient)
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
            TensorMapCache.Get(query),
            TensorMapCache.Get(key),
            TensorMapCache.Get(value),
            TensorMapCache.Get(outputGradient),
            TensorMapCache.Get(keyGradient),
            TensorMapCache.Get(valueGradient),
            AttentionTile.ViewOrEmpty(slopes),
            documents is null ? ArrayView<int>.Empty : documents.Last.View<int>(),
            AttentionTile.ViewOrEmpty(logSums),
            AttentionTile.ViewOrEmpty(deltas),
            shape);
    }

    [LaunchBounds(4 * AttentionBlocks.WarpGroup, MinGroupsPerMultiprocessor = 1)]
    internal static void Kernel64<T, TSoftmax>(
        ArrayView<long> queries,
        ArrayView<long> keys,
        ArrayView<long> values,
        ArrayView<long> outputGradients,
        ArrayView<long> keyGradients,
        ArrayView<long> valueGradients,
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
        ArrayView<long> queries,
        ArrayView<long> keys,
        ArrayView<long> values,
        ArrayView<long> outputGradients,
        ArrayView<long> keyGradients,
        ArrayView<long> valueGradients,
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
        ArrayView<long> queries,
        ArrayView<long> keys,
        ArrayView<long> values,
        ArrayView<long> outputGradients,
        ArrayView<long> keyGradients,
        ArrayView<long> valueGradients,
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
        var ring = new BlockRing<THead>(shared.SubView(2 * TGroups.Count * block, BlockRing<THead>.Length));
        var keysArrived = SharedMemory.Allocate<long>(1);
        // The same in all lanes, and the driver's compiler can see it.
        var warp = Warp.Shuffle(Group.IdxX / 32, 0);
        var (firstKey, keyHead, batch) = (Grid.IdxX * TGroups.Count * AttentionBlocks.Side, Grid.IdxY, Grid.IdxZ);
        var firstBlock = firstKey / AttentionBlocks.Side;
        var count = EndBlock(firstKey + TGroups.Count * AttentionBlocks.Side, lasts, shape, batch) - firstBlock;

        if (Group.IdxX == 0)
        {
            Instructions.BarrierInit(keysArrived, 1);
            ring.Initialise(4 * TGroups.Count);
            Instructions.FenceBarrierInit();
        }

        Group.Barrier();
        if (warp >= 4 * TGroups.Count)
        {
            Instructions.ReleaseRegisters(24);
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
        }
        else
        {
            Instructions.ClaimRegisters(TGroups.Registers);
            var group = warp / 4;
            var ownFirst = firstKey + group * AttentionBlocks.Side;
            var own = shared.SubView(2 * group * block, 2 * block);
            if (ownFirst < shape.Length)
            {
                Multiply<THead, TGroups, T, TSoftmax>(
                    ring, keysArrived, own, keyGradients, valueGradients, slopes, lasts, logSums, deltas, shape, firstBlock, count, ownFirst, 1 + group);
            }
            else
            {
                for (var i = 0; i < shape.HeadsPerKeyHead * count; i++)
                    ring.Skip(i);
            }
        }
    }

    /// <summary>What a warpgroup does for its 64 keys.</summary>
    private static void Multiply<THead, TGroups, T, TSoftmax>(
        BlockRing<THead> ring,
        ArrayView<long> keysArrived,
        ArrayView<ushort> own,
        ArrayView<long> keyGradients,
        ArrayView<long> valueGradients,
        ArrayView<float> slopes,
        ArrayView<int> lasts,
        ArrayView<float> logSums,
        ArrayView<float> deltas,
        AttentionShape shape,
        int firstBlock,
        int count,
        int firstKey,
        int namedBarrier)
        where THead : struct, IConstant
        where TGroups : struct, IWarpGroups
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        var (keyHead, batch) = (Grid.IdxY, Grid.IdxZ);
        var start = firstKey / AttentionBlocks.Side - firstBlock;
        var end = EndBlock(firstKey + AttentionBlocks.Side, lasts, shape, batch) - firstBlock;
        // Queries that see all of the keys lie between these.
        var firstCommon = firstKey + AttentionBlocks.Side - 1;
        var lastCommon = firstKey + AttentionReach.Ahead(lasts, shape, batch, firstKey);
        var columns = new ColumnDerivatives<TSoftmax>(
            firstKey + AttentionBlocks.Row(), shape);

        var keySums = LocalMemory.Allocate<float>(THead.Value / 2);
        var valueSums = LocalMemory.Allocate<float>(THead.Value / 2);
        var scores = LocalMemory.Allocate<float>(AttentionBlocks.Accumulators);
        var products = LocalMemory.Allocate<float>(AttentionBlocks.Accumulators);
        var weights = LocalMemory.Allocate<uint>(AttentionBlocks.Accumulators / 2);
        var derivatives = LocalMemory.Allocate<uint>(AttentionBlocks.Accumulators / 2);
        AttentionBlocks.Clear(keySums, THead.Value / 2);
        AttentionBlocks.Clear(valueSums, THead.Value / 2);

        var keyBlock = AttentionBlocks.Describe(own);
        var valueBlock = keyBlock + AttentionBlocks.DescriptorStep<THead>();
        Instructions.BarrierWait(keysArrived, 0);
        for (var h = 0; h < shape.HeadsPerKeyHead; h++)
        {
            var head = keyHead * shape.HeadsPerKeyHead + h;
            var slope = ScoreUnit.Of<TSoftmax>() * (shape.HasSlopes != 0 ? slopes[head] : 0f);
            var statistics = ((long)batch * shape.Heads + head) * shape.Length;
            // The sigmoid has no statistics: these views are empty then.
            var headLogSums = TSoftmax.Value ? logSums.SubView(statistics) : logSums;
            var headDeltas = TSoftmax.Value ? deltas.SubView(statistics) : deltas;
            var zero = h * count;
            for (var i = 0; i < start; i++)
                ring.Skip(zero + i);
            ring.AwaitFirst(zero + start);
            ring.AwaitSecond(zero + start);
            Instructions.MatrixFence();
            AttentionBlocks.MultiplyTransposed<T, THead>(scores, keyBlock, ring.First(zero + start));
            AttentionBlocks.MultiplyTransposed<T, THead>(products, valueBlock, ring.Second(zero + start));
            Instructions.MatrixCommit();
            Instructions.MatrixWait(0);
            Derive<T, TSoftmax>(
                scores, products, weights, derivatives, columns, firstBlock + start, firstCommon, lastCommon, slope, lasts, shape, headLogSums, headDeltas);

            // No product is unfinished when an iteration ends: the driver's compiler keeps none in its registers from one to the next.
            for (var i = start + 1; i < end; i++)
            {
                ring.AwaitFirst(zero + i);
                ring.AwaitSecond(zero + i);
                Instructions.MatrixFence();
                AttentionBlocks.Accumulate<T, THead>(valueSums, weights, ring.Second(zero + i - 1));
                AttentionBlocks.Accumulate<T, THead>(keySums, derivatives, ring.First(zero + i - 1));
                Instructions.MatrixCommit();
                if (!Overlaps<THead, TGroups>())
                {
                    Instructions.MatrixWait(0);
                    Instructions.MatrixFence();
                }

                AttentionBlocks.MultiplyTransposed<T, THead>(scores, keyBlock, ring.First(zero + i));
                AttentionBlocks.MultiplyTransposed<T, THead>(products, valueBlock, ring.Second(zero + i));
                Instructions.MatrixCommit();
                Instructions.MatrixWait(1);
                ring.Release(zero + i - 1);
                Instructions.MatrixWait(0);
                Derive<T, TSoftmax>(
                    scores, products, weights, derivatives, columns, firstBlock + i, firstCommon, lastCommon, slope, lasts, shape, headLogSums, headDeltas);
            }

            Instructions.MatrixFence();
            AttentionBlocks.Accumulate<T, THead>(valueSums, weights, ring.Second(zero + end - 1));
            AttentionBlocks.Accumulate<T, THead>(keySums, derivatives, ring.First(zero + end - 1));
            Instructions.MatrixCommit();
            Instructions.MatrixWait(0);
            ring.Release(zero + end - 1);
            // The stages of entries that only others read are filled again, but for the last ones.
            for (var i = end; i < count & zero + i + BlockRing<THead>.Stages < shape.HeadsPerKeyHead * count; i++)
                ring.Skip(zero + i);
        }

        AttentionBlocks.Scale(keySums, THead.Value / 2, shape.Scale * ScoreUnit.DerivativesPerUnit<TSoftmax>());
        var block = AttentionBlocks.Length<THead>();
        AttentionBlocks.Store<T, THead>(keySums, own.SubView(0, block), keyGradients, keyHead, firstKey, batch, namedBarrier);
        AttentionBlocks.Store<T, THead>(valueSums, own.SubView(block, block), valueGradients, keyHead, firstKey, batch, namedBarrier);
    }

    /// <summary>Turns a block's products into weights and derivatives, rounded to the left operands of the next products.</summary>
    private static void Derive<T, TSoftmax>(
        ArrayView<float> scores,
        ArrayView<float> products,
        ArrayView<uint> weights,
        ArrayView<uint> derivatives,
        ColumnDerivatives<TSoftmax> columns,
        int queryBlock,
        int firstCommon,
        int lastCommon,
        float slope,
        ArrayView<int> lasts,
        AttentionShape shape,
        ArrayView<float> logSums,
        ArrayView<float> deltas)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        var firstQuery = queryBlock * AttentionBlocks.Side;
        if (firstQuery >= firstCommon & firstQuery + AttentionBlocks.Side - 1 <= lastCommon)
            columns.Derive<T, No>(scores, products, weights, derivatives, firstQuery, slope, lasts, shape, Grid.IdxZ, logSums, deltas);
        else
            columns.Derive<T, Yes>(scores, products, weights, derivatives, firstQuery, slope, lasts, shape, Grid.IdxZ, logSums, deltas);
    }

    /// <summary>There are registers for the rounded operands of one block beside the products of the next.</summary>
    private static bool Overlaps<THead, TGroups>()
        where THead : struct, IConstant
        where TGroups : struct, IWarpGroups =>
        TGroups.Registers >= THead.Value + 3 * AttentionBlocks.Accumulators + AttentionBlocks.OtherRegisters;

    /// <summary>The block behind the last that sees a key before <paramref name="endKey"/>.</summary>
    private static int EndBlock(int endKey, ArrayView<int> lasts, in AttentionShape shape, int batch)
    {
        var lastKey = XMath.Min(endKey, shape.Length) - 1;
        return (lastKey + AttentionReach.Ahead(lasts, shape, batch, lastKey)) / AttentionBlocks.Side + 1;
    }
}
