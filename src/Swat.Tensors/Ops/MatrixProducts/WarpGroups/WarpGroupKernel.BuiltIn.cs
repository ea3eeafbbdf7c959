using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.MatrixProducts.TensorCores;

namespace Swat.Tensors.Ops.MatrixProducts.WarpGroups;

/// <summary>
/// The matrix product on Hopper's own instructions: C = A'·B' + bias + addend with 16-bit factors, summed in float32.
/// <para>
/// A group of three times four warps stays on its multiprocessor and takes unit after unit of the schedule: a 128 x 256 tile of C, or a
/// part of its sum over k. The first four warps only start bulk copies: a step of 64 along k is a 128 x 64 tile of A' and a 64 x 256 tile
/// of B', 48 KiB, into one of four stages of shared memory; a barrier of each stage counts the bytes that have come, another the warps
/// that have finished with it. The other two times four warps hold 64 x 256 results each in 128 registers a work item and multiply what
/// has come (wgmma m64n256k16, both factors from shared memory), one step's products still running while the next one's start. The
/// copies run ahead into the next unit while the results of the last are written.
/// </para>
/// <para>
/// Each factor may lie with k contiguous (A as [m, k], B as [n, k]; one box of 64 elements, 128 bytes, by all rows) or with m or n
/// contiguous ([k, m], [k, n]; boxes of 64 elements by 64 rows, side by side). Boxes lie in shared memory with 128-byte swizzle, as
/// wgmma reads them. What lies outside a matrix comes as zeros; results outside are not written.
/// 16-bit results go through shared memory, too, and leave it by bulk copies while the next unit is multiplied; float32 ones are written
/// from the registers, eight bytes at a time.
/// </para>
/// <para>
/// 2·m·n·k operations; from the L2 cache come (128 + 256)·2 bytes a step for 2·128·256 operations, 85 operations a byte.
/// </para>
/// </summary>
internal static class WarpGroupKernel
{
    private const int Rows = TileSchedule.Rows;
    private const int Columns = TileSchedule.Columns;
    public const int Depth = 64;
    public const int GroupSize = 3 * WarpGroupSize;

    /// <summary>Elements of a box's row: 128 bytes, as far as the swizzle reaches.</summary>
    public const int BoxWidth = 64;

    private const int WarpGroupSize = 128;
    private const int Stages = 4;
    private const int RowsOfA = 64;
    private const int ElementsOfA = Rows * Depth;
    private const int StageElements = (Rows + Columns) * Depth;
    private const int StageBytes = sizeof(ushort) * StageElements;

    // A descriptor counts 16 bytes.
    private const int StageUnits = StageBytes / 16;
    private const int Registers = RowsOfA * Columns / WarpGroupSize;
    private const int BarrierElements = 2 * Stages * sizeof(long) / sizeof(ushort);

    // 16-bit results leave through shared memory, two boxes of 64 x 64 for each consumer at a time.
    private const int BoxElements = RowsOfA * BoxWidth;
    private const int LeavingBoxes = 2;
    private const int LeavingElements = 2 * LeavingBoxes * BoxElements;

    /// <summary>The kernel's shared memory.</summary>
    public static SharedMemoryConfig Shared => SharedMemoryConfig.RequestDynamic<ushort>(Stages * StageElements + LeavingElements + BarrierElements);

    [LaunchBounds(GroupSize, MinGroupsPerMultiprocessor = 1)]
    public static void Run<TFactors, T, TPairs, TBulkStore, TTransposeA, TTransposeB>(
        BulkTensor a,
        BulkTensor b,
        BulkTensor target,
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
    {
        var shared = SharedMemory.GetDynamic<ushort>();
        var barriers = shared.SubView(Stages * StageElements + LeavingElements, BarrierElements).Cast<long>();
        var full = barriers.SubView(0, Stages);
        var empty = barriers.SubView(Stages, Stages);
        if (Group.IdxX == 0)
        {
            for (var i = 0; i < Stages; i++)
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
                Load<TTransposeA, TTransposeB>(a, b, shared, full, empty, schedule);
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
                for (var i = 0; i < Registers; i++)
                    sum[i] = 0;
                var previous = -1;
                for (var step = unit.FirstStep; step < unit.EndStep; step++)
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
                            TTransposeA.Value ? 1 : 0,
                            TTransposeB.Value ? 0 : 1);
                    }

                    Hopper.MatrixCommit();
                    Hopper.MatrixWait(1);
                    if (previous >= 0 & Warp.LaneIdx == 0)
                        Hopper.BarrierArrive(empty.SubView(previous, 1));
                    previous = stage;
                    stage++;
                    if (stage == Stages)
                    {
                        stage = 0;
                        phase ^= 1;
                    }
                }

                Hopper.MatrixWait(0);
                if (previous >= 0 & Warp.LaneIdx == 0)
                    Hopper.BarrierArrive(empty.SubView(previous, 1));
                if (unit.Part >= 0)
                {
                    StorePart(sum, parts, unit);
                }
                else if (TBulkStore.Value)
                {
                    var leaving = shared.SubView(Stages * StageElements + consumer * LeavingBoxes * BoxElements, LeavingBoxes * BoxElements);
                    StoreInBulk<T, TPairs>(sum, target, bias, addend, leaving.Cast<T>(), schedule, unit);
                }
                else
                {
                    Store<T, TPairs>(sum, bias, addend, c, schedule, unit);
                }
            }

            if (TBulkStore.Value)
                Hopper.StoreWaitRead(0);
        }
    }

    /// <summary>Brings the tiles of all steps of the group's units, in order.</summary>
    private static void Load<TTransposeA, TTransposeB>(
        in BulkTensor a,
        in BulkTensor b,
        ArrayView<ushort> shared,
        ArrayView<long> full,
        ArrayView<long> empty,
        TileSchedule schedule)
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
    {
        var (stage, phase) = (0, 1);
        for (var number = Grid.IdxX; number < schedule.Units; number += Grid.DimX)
        {
            var unit = TileUnit.Of(schedule, number);
            var (firstRow, firstColumn) = (unit.Row * Rows, unit.Column * Columns);
            var (batchA, batchB) = (unit.Batch * schedule.BatchA, unit.Batch * schedule.BatchB);
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

                if (TTransposeB.Value)
                {
                    Hopper.LoadTile(tileB, b, first, firstColumn, batchB, barrier);
                }
                else
                {
                    for (var i = 0; i < Columns / BoxWidth; i++)
                        Hopper.LoadTile(tileB.SubView(i * BoxWidth * Depth), b, firstColumn + i * BoxWidth, first, batchB, barrier);
                }

                stage++;
                if (stage == Stages)
                {
                    stage = 0;
                    phase ^= 1;
                }
            }
        }
    }

    private static void Store<T, TPairs>(
        ArrayView<float> sum,
        ArrayView<float> bias,
        ArrayView<T> addend,
        ArrayView<T> c,
        TileSchedule schedule,
        TileUnit unit)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        var firstRow = unit.Row * Rows + RowInTile;
        var firstColumn = unit.Column * Columns + 2 * (Warp.LaneIdx % 4);
        for (var half = 0; half < 2; half++)
        {
            var row = firstRow + 8 * half;
            if (row >= schedule.M)
                continue;
            var start = unit.Batch * schedule.StrideC + (long)row * schedule.N;
            for (var j = 0; j < Columns / 8; j++)
            {
                var pair = new FloatPair(sum[4 * j + 2 * half], sum[4 * j + 2 * half + 1]);
                ResultTile.Store<T, TPairs>(pair, bias, addend, c, start, firstColumn + 8 * j, schedule);
            }
        }
    }

    /// <summary>
    /// Writes the results through shared memory: the work items leave 64 x 128 of them there, swizzled as the bulk copy reads them, so
    /// that the eight rows that a warp writes at a time lie in different banks.
    /// </summary>
    private static void StoreInBulk<T, TPairs>(
        ArrayView<float> sum,
        in BulkTensor target,
        ArrayView<float> bias,
        ArrayView<T> addend,
        ArrayView<T> leaving,
        TileSchedule schedule,
        TileUnit unit)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        const int ColumnsAtATime = LeavingBoxes * BoxWidth;
        var consumer = Group.IdxX / WarpGroupSize - 1;
        var leader = Group.IdxX % WarpGroupSize == 0;
        var pair = 2 * (Warp.LaneIdx % 4);
        var rowOfWarp = Warp.LaneIdx / 4;
        var rowInBox = Group.IdxX % WarpGroupSize / 32 * 16 + rowOfWarp;
        var firstRow = unit.Row * Rows + consumer * RowsOfA;
        for (var round = 0; round < Columns / ColumnsAtATime; round++)
        {
            var firstColumn = unit.Column * Columns + round * ColumnsAtATime;
            if (leader)
                Hopper.StoreWaitRead(0);
            Hopper.NamedBarrier(1 + consumer, WarpGroupSize);
            for (var j = 0; j < ColumnsAtATime / 8; j++)
            {
                var column = firstColumn + 8 * j + pair;
                var added = new FloatPair(0, 0);
                if (schedule.HasBias != 0 && column < schedule.N)
                    added = new FloatPair(bias[column], bias[column + 1]);
                for (var half = 0; half < 2; half++)
                {
                    var register = 4 * (round * ColumnsAtATime / 8 + j) + 2 * half;
                    var (first, second) = (sum[register] + added.First, sum[register + 1] + added.Second);
                    var row = rowInBox + 8 * half;
                    if (schedule.HasAddend != 0 && firstRow + row < schedule.M && column < schedule.N)
                    {
                        var other = TPairs.Load(addend, unit.Batch * schedule.StrideC + (long)(firstRow + row) * schedule.N + column);
                        first += other.First;
                        second += other.Second;
                    }

                    var box = j / 8 * BoxElements;
                    TPairs.Store(leaving, box + row * BoxWidth + 8 * ((j % 8) ^ rowOfWarp) + pair, new FloatPair(first, second));
                }
            }

            Hopper.FenceAsyncProxy();
            Hopper.NamedBarrier(1 + consumer, WarpGroupSize);
            if (leader)
            {
                for (var box = 0; box < LeavingBoxes; box++)
                    Hopper.StoreTile(target, firstColumn + box * BoxWidth, firstRow, unit.Batch, leaving.SubView(box * BoxElements));
                Hopper.StoreCommit();
            }
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
