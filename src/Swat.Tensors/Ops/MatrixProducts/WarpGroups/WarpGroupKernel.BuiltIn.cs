using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.MatrixProducts.TensorCores;

namespace Swat.Tensors.Ops.MatrixProducts.WarpGroups;

/// <summary>
/// The matrix product on Hopper's own instructions: C = A'·B' + bias + addend with 16-bit factors, summed in float32.
/// <para>
/// A group of three times four warps stays on its multiprocessor and takes unit after unit of the schedule: a 128 x 256 tile of C, or a
/// part of its sum over k. The first four warps only start bulk copies: a step of 64 along k is a 128 x 64 tile of A' and a 64 x 256 tile
/// of B', 48 KiB, into one of the stages of shared memory; a barrier of each stage counts the bytes that have come, another the warps
/// that have finished with it. The other two times four warps hold 64 x 256 results each in 128 registers a work item and multiply what
/// has come (wgmma m64n256k16, both factors from shared memory), one step's products still running while the next one's start. The
/// copies run ahead into the next unit while the results of the last are written.
/// </para>
/// <para>
/// Each factor may lie with k contiguous (A as [m, k], B as [n, k]; one box of 64 elements, 128 bytes, by all rows) or with m or n
/// contiguous ([k, m], [k, n]; boxes of 64 elements by 64 rows, side by side). Boxes lie in shared memory with 128-byte swizzle, as
/// wgmma reads them. What lies outside a matrix comes as zeros; results outside are not written.
/// </para>
/// <para>
/// 16-bit results go through 64 KiB of shared memory, which leaves room for three stages, and from there by bulk copies while the next
/// unit is multiplied: the products wait for the writing of the tile there only, 1 µs or so of 12 for k = 1024. Others are written from
/// the registers, eight bytes at a time, and there are four stages.
/// </para>
/// <para>
/// Where C = A·Bᵀ is gated besides (<see cref="GatedStore"/>), B and C come as two matrices each, the halves of n: the tile is 128 columns of
/// the gates and the same 128 of the ups, so that a work item holds both numbers of a pair.
/// </para>
/// <para>
/// 2·m·n·k operations; from the L2 cache come (128 + 256)·2·64 bytes a step for 2·128·256·64 operations, 85 operations a byte. On an H200
/// a step takes 0.64 µs, 860 TFLOP/s on all multiprocessors, and whole products of the sizes of a 340M model run at 650 to 760, as
/// cuBLAS's do.
/// </para>
/// </summary>
internal static class WarpGroupKernel
{
    public const int Rows = 128;
    public const int Columns = 256;
    public const int Depth = 64;
    public const int GroupSize = 3 * WarpGroupSize;

    /// <summary>Elements of a box's row: 128 bytes, as far as the swizzle reaches.</summary>
    public const int BoxWidth = 64;

    internal const int WarpGroupSize = 128;
    internal const int RowsOfA = 64;
    private const int ElementsOfA = Rows * Depth;
    private const int StageElements = (Rows + Columns) * Depth;
    private const int StageBytes = sizeof(ushort) * StageElements;

    // A descriptor counts 16 bytes.
    private const int StageUnits = StageBytes / 16;
    private const int Registers = RowsOfA * Columns / WarpGroupSize;
    private const int MostStages = 4;
    private const int BarrierElements = 2 * MostStages * sizeof(long) / sizeof(ushort);

    // 16-bit results leave through shared memory, in boxes of 64 x 64.
    internal const int BoxElements = RowsOfA * BoxWidth;
    private const int BoxesOfConsumer = Columns / BoxWidth;

    /// <summary>The kernel's shared memory.</summary>
    public static SharedMemoryConfig Shared<TBulkStore, TGated>()
        where TBulkStore : struct, IFlag
        where TGated : struct, IFlag =>
        SharedMemoryConfig.RequestDynamic<ushort>(Stages<TBulkStore>() * StageElements + 2 * Leaving<TBulkStore, TGated>() + BarrierElements);

    private static int Stages<TBulkStore>()
        where TBulkStore : struct, IFlag => TBulkStore.Value ? MostStages - 1 : MostStages;

    /// <summary>Elements of shared memory that the results of 64 rows leave through.</summary>
    private static int Leaving<TBulkStore, TGated>()
        where TBulkStore : struct, IFlag
        where TGated : struct, IFlag =>
        TGated.Value ? GatedStore.Boxes * BoxElements : TBulkStore.Value ? BoxesOfConsumer * BoxElements : 0;

    [LaunchBounds(GroupSize, MinGroupsPerMultiprocessor = 1)]
    public static void Run<TFactors, T, TPairs, TBulkStore, TTransposeA, TTransposeB, TGated>(
        BulkTensor a,
        BulkTensor b,
        BulkTensor target,
        BulkTensor gated,
        ArrayView<float> bias,
        ArrayView<T> addend,
        ArrayView<T> c,
        ArrayView<F32> parts,
        TileSchedule schedule)
        where TFactors : struct, IFactors
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TBulkStore : struct, IFlag
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
        where TGated : struct, IFlag
    {
        var stages = Stages<TBulkStore>();
        var shared = SharedMemory.GetDynamic<ushort>();
        var barriers = shared.SubView(stages * StageElements + 2 * Leaving<TBulkStore, TGated>(), BarrierElements).Cast<long>();
        var full = barriers.SubView(0, stages);
        var empty = barriers.SubView(stages, stages);
        if (Group.IdxX == 0)
        {
            for (var i = 0; i < stages; i++)
            {
                Hopper.BarrierInit(full.SubView(i, 1), 1);
                Hopper.BarrierInit(empty.SubView(i, 1), 2 * WarpGroupSize / 32);
            }

            Hopper.FenceBarrierInit();
        }

        Group.Barrier();
        if (Group.IdxX < WarpGroupSize)
        {
            Hopper.ReleaseRegisters(40);
            if (Group.IdxX == 0)
                Load<TBulkStore, TTransposeA, TTransposeB, TGated>(a, b, shared, full, empty, schedule);
        }
        else
        {
            Hopper.ClaimRegisters(232);
            var sum = LocalMemory.Allocate<float>(Registers);
            var consumer = Group.IdxX / WarpGroupSize - 1;
            var left = Hopper.Descriptor(shared.SubView(consumer * RowsOfA * Depth), 16, 1024, WgmmaSwizzle.Bytes128);
            var right = Hopper.Descriptor(
                shared.SubView(ElementsOfA),
                TTransposeB.Value ? 16 : BoxWidth * Depth * sizeof(ushort),
                1024,
                WgmmaSwizzle.Bytes128);
            var (stage, phase) = (0, 0);
            for (var number = Grid.IdxX; number < schedule.Units; number += Grid.DimX)
            {
                var unit = TileUnit.Of(schedule, number);

                // The first product overwrites.
                for (var i = 0; i < Registers; i++)
                    sum[i] = 0;
                Multiply<TFactors, TTransposeA, TTransposeB>(sum, left, right, full, stage, phase, accumulate: false);
                for (var step = unit.FirstStep + 1; step < unit.EndStep; step++)
                {
                    var previous = stage;
                    stage++;
                    if (stage == stages)
                    {
                        stage = 0;
                        phase ^= 1;
                    }

                    Multiply<TFactors, TTransposeA, TTransposeB>(sum, left, right, full, stage, phase, accumulate: true);
                    Hopper.MatrixWait(1);
                    if (Warp.LaneIdx == 0)
                        Hopper.BarrierArrive(empty.SubView(previous, 1));
                }

                // Its divisions are done beside the last products.
                var place = TilePlace.Of(schedule, unit.Tile);
                Hopper.MatrixWait(0);
                if (Warp.LaneIdx == 0)
                    Hopper.BarrierArrive(empty.SubView(stage, 1));
                stage++;
                if (stage == stages)
                {
                    stage = 0;
                    phase ^= 1;
                }

                if (unit.Part >= 0)
                {
                    StorePart(sum, parts, unit);
                }
                else if (TGated.Value)
                {
                    var leaving = shared.SubView(stages * StageElements + consumer * Leaving<TBulkStore, TGated>());
                    GatedStore.Run<T, TPairs>(sum, target, gated, leaving.Cast<T>(), place);
                }
                else if (TBulkStore.Value)
                {
                    var leaving = shared.SubView(stages * StageElements + consumer * Leaving<TBulkStore, TGated>());
                    StoreInBulk<T, TPairs>(sum, target, bias, addend, leaving.Cast<T>(), schedule, place);
                }
                else
                {
                    ResultTile.Store<T, TPairs, Constants.C2, Constants.C32>(
                        sum,
                        bias,
                        addend,
                        c,
                        place.Row * Rows + RowInTile,
                        place.Column * Columns + 2 * (Warp.LaneIdx % 4),
                        place,
                        schedule);
                }
            }

            if (TBulkStore.Value)
                Hopper.StoreWaitRead(0);
        }
    }

    /// <summary>Starts the products of a step, when its tiles have come.</summary>
    private static void Multiply<TFactors, TTransposeA, TTransposeB>(
        ArrayView<float> sum,
        long left,
        long right,
        ArrayView<long> full,
        int stage,
        int phase,
        bool accumulate)
        where TFactors : struct, IFactors
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
    {
        Hopper.BarrierWait(full.SubView(stage, 1), phase);
        Hopper.MatrixFence();
        for (var k = 0; k < Depth / 16; k++)
        {
            // 16 along k are 32 bytes of a row, or 16 rows of 128 bytes.
            TFactors.MultiplyAdd256(
                sum,
                left + (stage * StageUnits + k * (TTransposeA.Value ? 128 : 2)),
                right + (stage * StageUnits + k * (TTransposeB.Value ? 2 : 128)),
                k > 0 | accumulate,
                TTransposeA.Value ? 1 : 0,
                TTransposeB.Value ? 0 : 1);
        }

        Hopper.MatrixCommit();
    }

    /// <summary>Brings the tiles of all steps of the group's units, in order.</summary>
    private static void Load<TBulkStore, TTransposeA, TTransposeB, TGated>(
        in BulkTensor a,
        in BulkTensor b,
        ArrayView<ushort> shared,
        ArrayView<long> full,
        ArrayView<long> empty,
        TileSchedule schedule)
        where TBulkStore : struct, IFlag
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
        where TGated : struct, IFlag
    {
        var stages = Stages<TBulkStore>();
        var (stage, phase) = (0, 1);
        for (var number = Grid.IdxX; number < schedule.Units; number += Grid.DimX)
        {
            var unit = TileUnit.Of(schedule, number);
            var place = TilePlace.Of(schedule, unit.Tile);
            var (firstRow, firstColumn) = (place.Row * Rows, place.Column * Columns);
            var (batchA, batchB) = (place.Batch * schedule.BatchA, place.Batch * schedule.BatchB);
            for (var step = unit.FirstStep; step < unit.EndStep; step++)
            {
                var first = step * Depth;
                var barrier = full.SubView(stage, 1);
                var tileA = shared.SubView(stage * StageElements);
                var tileB = shared.SubView(stage * StageElements + ElementsOfA);
                Hopper.BarrierWait(empty.SubView(stage, 1), phase);
                Hopper.BarrierArriveExpect(barrier, StageBytes);
                if (TTransposeA.Value)
                {
                    for (var i = 0; i < Rows / BoxWidth; i++)
                        Hopper.LoadTile(tileA.SubView(i * BoxWidth * Depth), a, firstRow + i * BoxWidth, first, batchA, barrier);
                }
                else
                {
                    Hopper.LoadTile(tileA, a, first, firstRow, batchA, barrier);
                }

                if (TGated.Value)
                {
                    Hopper.LoadTile(tileB, b, first, firstColumn / 2, 0, barrier);
                    Hopper.LoadTile(tileB.SubView(Columns / 2 * Depth), b, first, firstColumn / 2, 1, barrier);
                }
                else if (TTransposeB.Value)
                {
                    Hopper.LoadTile(tileB, b, first, firstColumn, batchB, barrier);
                }
                else
                {
                    for (var i = 0; i < Columns / BoxWidth; i++)
                        Hopper.LoadTile(tileB.SubView(i * BoxWidth * Depth), b, firstColumn + i * BoxWidth, first, batchB, barrier);
                }

                stage++;
                if (stage == stages)
                {
                    stage = 0;
                    phase ^= 1;
                }
            }
        }
    }

    /// <summary>
    /// Writes the results through shared memory, swizzled as the bulk copy reads it, so that the eight rows that a warp writes at a time
    /// lie in different banks. Waits only until the last unit's results have left.
    /// </summary>
    private static void StoreInBulk<T, TPairs>(
        ArrayView<float> sum,
        in BulkTensor target,
        ArrayView<float> bias,
        ArrayView<T> addend,
        ArrayView<T> leaving,
        TileSchedule schedule,
        TilePlace place)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        var consumer = Group.IdxX / WarpGroupSize - 1;
        var leader = Group.IdxX % WarpGroupSize == 0;
        var pair = 2 * (Warp.LaneIdx % 4);
        var rowOfWarp = Warp.LaneIdx / 4;
        var rowInBox = Group.IdxX % WarpGroupSize / 32 * 16 + rowOfWarp;
        var (firstRow, firstColumn) = (place.Row * Rows + consumer * RowsOfA, place.Column * Columns);
        ResultTile.Add<T, TPairs, Constants.C2, Constants.C32>(sum, bias, addend, firstRow + rowInBox, firstColumn + pair, place, schedule);
        if (leader)
            Hopper.StoreWaitRead(0);
        Hopper.NamedBarrier(1 + consumer, WarpGroupSize);
        for (var j = 0; j < Columns / 8; j++)
        {
            var box = j / 8 * BoxElements;
            for (var half = 0; half < 2; half++)
            {
                TPairs.Store(
                    leaving,
                    box + (rowInBox + 8 * half) * BoxWidth + 8 * ((j % 8) ^ rowOfWarp) + pair,
                    new FloatPair(sum[4 * j + 2 * half], sum[4 * j + 2 * half + 1]));
            }
        }

        Hopper.FenceAsyncProxy();
        Hopper.NamedBarrier(1 + consumer, WarpGroupSize);
        if (leader)
        {
            for (var box = 0; box < BoxesOfConsumer; box++)
                Hopper.StoreTile(target, firstColumn + box * BoxWidth, firstRow, place.Batch, leaving.SubView(box * BoxElements));
            Hopper.StoreCommit();
        }
    }

    /// <summary>Leaves a part of a tile's sum in memory, [part][row][column].</summary>
    private static void StorePart(ArrayView<float> sum, ArrayView<F32> parts, TileUnit unit)
    {
        var target = parts.SubView((long)unit.Part * (Rows * Columns) + RowInTile * Columns + 2 * (Warp.LaneIdx % 4));
        for (var half = 0; half < 2; half++)
        {
            for (var j = 0; j < Columns / 8; j++)
                Float32Pairs.Store(target, 8 * half * Columns + 8 * j, new FloatPair(sum[4 * j + 2 * half], sum[4 * j + 2 * half + 1]));
        }
    }

    /// <summary>The first of the work item's two rows of the tile; the other is eight below.</summary>
    private static int RowInTile => (Group.IdxX - WarpGroupSize) / 32 * 16 + Warp.LaneIdx / 4;
}
