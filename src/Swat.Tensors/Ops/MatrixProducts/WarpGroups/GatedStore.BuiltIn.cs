using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.MatrixProducts.TensorCores;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.MatrixProducts.WarpGroups;

/// <summary>
/// The epilogue of <see cref="WarpGroupKernel"/> for a product that is gated besides: 64 rows of 128 gates and their ups, and silu(gate)·up,
/// leave through shared memory in boxes of 64 x 64, swizzled as the bulk copies read them.
/// <para>
/// There are six boxes to write and room for five beside three stages. The first to leave, 64 columns of gates and ups, go on their way
/// alone: they have been read by the time that the last box wants their place, as the sigmoids of the others are computed in between.
/// </para>
/// </summary>
internal static class GatedStore
{
    /// <summary>Boxes of shared memory for 64 rows.</summary>
    public const int Boxes = 5;

    private const int BoxWidth = WarpGroupKernel.BoxWidth;

    /// <summary>Pairs of columns of a box that a work item holds in a row.</summary>
    private const int Pairs = BoxWidth / 8;

    /// <summary>Pairs of columns from a gate to its up.</summary>
    private const int PairsToUp = WarpGroupKernel.Columns / 2 / 8;

    /// <summary>Writes the results of a tile; called by all work items of four warps, with the rows that they hold.</summary>
    /// <param name="sum">64 x 256 sums: gates, then ups.</param>
    /// <param name="target">C as [m, 2, n / 2].</param>
    /// <param name="gated">[1, m, n / 2].</param>
    /// <param name="leaving">The boxes.</param>
    /// <param name="place">The tile.</param>
    public static void Run<T, TPairs>(ArrayView<float> sum, in BulkTensor target, in BulkTensor gated, ArrayView<T> leaving, TilePlace place)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        var consumer = Group.IdxX / WarpGroupKernel.WarpGroupSize - 1;
        var leader = Group.IdxX % WarpGroupKernel.WarpGroupSize == 0;
        var row = place.Row * WarpGroupKernel.Rows + consumer * WarpGroupKernel.RowsOfA;
        var column = place.Column * (WarpGroupKernel.Columns / 2);
        var (box0, box1, box2) = (Box(leaving, 0), Box(leaving, 1), Box(leaving, 2));
        var (box3, box4) = (Box(leaving, 3), Box(leaving, 4));

        // The last tile's boxes.
        if (leader)
            Hopper.StoreWaitRead(0);
        Hopper.NamedBarrier(1 + consumer, WarpGroupKernel.WarpGroupSize);
        Write<T, TPairs, C0>(sum, box0);
        Write<T, TPairs, UpsOfFirst>(sum, box1);
        Complete(consumer);
        if (leader)
        {
            Hopper.StoreTile(target, column, 0, row, box0);
            Hopper.StoreTile(target, column, 1, row, box1);
            Hopper.StoreCommit();
        }

        WriteGated<T, TPairs, C0>(sum, box2);
        Write<T, TPairs, C8>(sum, box3);
        Write<T, TPairs, UpsOfSecond>(sum, box4);
        Complete(consumer);
        if (leader)
        {
            Hopper.StoreTile(gated, column, row, 0, box2);
            Hopper.StoreTile(target, column + BoxWidth, 0, row, box3);
            Hopper.StoreTile(target, column + BoxWidth, 1, row, box4);
            Hopper.StoreCommit();
            Hopper.StoreWaitRead(1);
        }

        Hopper.NamedBarrier(1 + consumer, WarpGroupKernel.WarpGroupSize);
        WriteGated<T, TPairs, C8>(sum, box0);
        Complete(consumer);
        if (leader)
        {
            Hopper.StoreTile(gated, column + BoxWidth, row, 0, box0);
            Hopper.StoreCommit();
        }
    }

    private static ArrayView<T> Box<T>(ArrayView<T> leaving, int number)
        where T : unmanaged => leaving.SubView(number * WarpGroupKernel.BoxElements);

    /// <summary>Makes what the four warps have written visible to bulk copies.</summary>
    private static void Complete(int consumer)
    {
        Hopper.FenceAsyncProxy();
        Hopper.NamedBarrier(1 + consumer, WarpGroupKernel.WarpGroupSize);
    }

    /// <summary>Writes the sums from a pair of columns on.</summary>
    private static void Write<T, TPairs, TFirst>(ArrayView<float> sum, ArrayView<T> box)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TFirst : struct, IConstant
    {
        for (var j = 0; j < Pairs; j++)
        {
            for (var half = 0; half < 2; half++)
                TPairs.Store(box, PlaceInBox(j, half), FloatPair.Of(sum, 4 * (TFirst.Value + j) + 2 * half));
        }
    }

    /// <summary>Writes silu(gate)·up from a pair of gates on.</summary>
    private static void WriteGated<T, TPairs, TFirst>(ArrayView<float> sum, ArrayView<T> box)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TFirst : struct, IConstant
    {
        for (var j = 0; j < Pairs; j++)
        {
            for (var half = 0; half < 2; half++)
            {
                var gate = FloatPair.Of(sum, 4 * (TFirst.Value + j) + 2 * half);
                var up = FloatPair.Of(sum, 4 * (TFirst.Value + PairsToUp + j) + 2 * half);
                TPairs.Store(box, PlaceInBox(j, half), GatedTile.Gate<T, TPairs>(gate, up));
            }
        }
    }

    /// <summary>Where the work item's pair j of its first or second row lies: the eight rows that a warp writes at a time, in different banks.</summary>
    private static int PlaceInBox(int j, int half)
    {
        var rowOfWarp = Warp.LaneIdx / 4;
        var row = Group.IdxX % WarpGroupKernel.WarpGroupSize / 32 * 16 + rowOfWarp + 8 * half;
        return row * BoxWidth + 8 * (j ^ rowOfWarp) + 2 * (Warp.LaneIdx % 4);
    }

    private readonly struct UpsOfFirst : IConstant
    {
        public static int Value => PairsToUp;
    }

    private readonly struct UpsOfSecond : IConstant
    {
        public static int Value => PairsToUp + Pairs;
    }
}
