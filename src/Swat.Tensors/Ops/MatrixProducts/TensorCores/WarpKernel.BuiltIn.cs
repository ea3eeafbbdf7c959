using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// The matrix product on the matrix units of a warp (mma.sync m16n8k16): C = A'·B' + bias + addend with 16-bit factors, summed in float32.
/// <para>
/// A group of eight warps computes a 128 x 256 tile of C, or a part of its sum over k; each warp 64 x 64 of it, in 128 registers a work
/// item. A step of 32 along k is a 128 x 32 tile of A' and a 32 x 256 tile of B', 24 KiB, copied asynchronously, 16 bytes a work item,
/// into one of four stages of shared memory, three steps ahead of the products. A warp reads 16 along k of its 64 rows and 64 columns by
/// eight ldmatrix, for 32 products of 16 x 8 x 16.
/// </para>
/// <para>
/// A factor lies in shared memory as in memory: k contiguous ([rows][32]), or m or n contiguous ([32][columns]; ldmatrix then
/// transposes). The 16-byte pieces of a row change places by the row's number, so that the eight rows that ldmatrix reads at a time lie
/// in different banks. What lies outside a matrix is zero in shared memory; results outside are not written.
/// </para>
/// <para>
/// 2·m·n·k operations; from shared memory come 4 KiB for 2·64·64·16 operations of a warp, 32 a byte; from the L2 cache 24 KiB for
/// 2·128·256·32, 85 a byte.
/// </para>
/// </summary>
internal static class WarpKernel
{
    public const int Depth = 32;
    public const int GroupSize = 256;

    private const int Rows = TileSchedule.Rows;
    private const int Columns = TileSchedule.Columns;
    private const int Stages = 4;
    private const int ElementsOfA = Rows * Depth;
    private const int StageElements = (Rows + Columns) * Depth;
    private const int WarpTile = 64;
    private const int WarpsAcross = Columns / WarpTile;
    private const int PieceElements = 8;

    public static SharedMemoryConfig Shared => SharedMemoryConfig.RequestDynamic<ushort>(Stages * StageElements);

    [LaunchBounds(GroupSize, MinGroupsPerMultiprocessor = 1)]
    public static void Run<TFactors, T, TPairs, TTransposeA, TTransposeB>(
        ArrayView<ushort> a,
        ArrayView<ushort> b,
        ArrayView<float> bias,
        ArrayView<T> addend,
        ArrayView<T> c,
        ArrayView<F32> parts,
        WarpFactorLayouts layouts,
        TileSchedule schedule)
        where TFactors : struct, IFactors
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
    {
        var shared = SharedMemory.GetDynamic<ushort>();
        var unit = TileUnit.Of(schedule, Grid.IdxX);
        a = a.SubView(unit.Batch * layouts.BatchStrideA);
        b = b.SubView(unit.Batch * layouts.BatchStrideB);
        var (firstRow, firstColumn) = (unit.Row * Rows, unit.Column * Columns);
        var warp = Group.IdxX / 32;
        var (rowOfWarp, columnOfWarp) = (warp / WarpsAcross * WarpTile, warp % WarpsAcross * WarpTile);
        var sums = LocalMemory.Allocate<float>(WarpTile * WarpTile / 32);
        var left = LocalMemory.Allocate<uint>(16);
        var right = LocalMemory.Allocate<uint>(16);
        for (var i = 0; i < WarpTile * WarpTile / 32; i++)
            sums[i] = 0;

        for (var stage = 0; stage < Stages - 1; stage++)
        {
            if (unit.FirstStep + stage < unit.EndStep)
            {
                var tile = shared.SubView(stage * StageElements);
                var start = (unit.FirstStep + stage) * Depth;
                CopyTile<TTransposeA, Constants.C128>(a, tile, firstRow, schedule.M, start, layouts.K, layouts.RowStrideA);
                if (TTransposeB.Value)
                    CopyTile<No, Constants.C256>(b, tile.SubView(ElementsOfA), firstColumn, schedule.N, start, layouts.K, layouts.RowStrideB);
                else
                    CopyTile<Yes, Constants.C256>(b, tile.SubView(ElementsOfA), firstColumn, schedule.N, start, layouts.K, layouts.RowStrideB);
            }

            AsyncCopy.Commit();
        }

        var (reading, writing) = (0, Stages - 1);
        for (var step = unit.FirstStep; step < unit.EndStep; step++)
        {
            AsyncCopy.Wait(Stages - 2);
            Group.Barrier();
            if (step + Stages - 1 < unit.EndStep)
            {
                var tile = shared.SubView(writing * StageElements);
                var start = (step + Stages - 1) * Depth;
                CopyTile<TTransposeA, Constants.C128>(a, tile, firstRow, schedule.M, start, layouts.K, layouts.RowStrideA);
                if (TTransposeB.Value)
                    CopyTile<No, Constants.C256>(b, tile.SubView(ElementsOfA), firstColumn, schedule.N, start, layouts.K, layouts.RowStrideB);
                else
                    CopyTile<Yes, Constants.C256>(b, tile.SubView(ElementsOfA), firstColumn, schedule.N, start, layouts.K, layouts.RowStrideB);
            }

            AsyncCopy.Commit();
            var tileA = shared.SubView(reading * StageElements);
            var tileB = tileA.SubView(ElementsOfA);
            for (var k = 0; k < Depth; k += 16)
            {
                for (var i = 0; i < 4; i++)
                    LoadLeft<TTransposeA>(left.SubView(4 * i, 4), tileA, rowOfWarp + 16 * i, k);
                for (var j = 0; j < 4; j++)
                    LoadRight<TTransposeB>(right.SubView(4 * j, 4), tileB, columnOfWarp + 16 * j, k);
                for (var i = 0; i < 4; i++)
                {
                    for (var j = 0; j < 8; j++)
                        TFactors.MultiplyAdd(sums.SubView(4 * (8 * i + j), 4), left.SubView(4 * i, 4), right.SubView(2 * j, 2));
                }
            }

            reading = reading + 1 == Stages ? 0 : reading + 1;
            writing = writing + 1 == Stages ? 0 : writing + 1;
        }

        var pair = 2 * (Warp.LaneIdx % 4);
        var rowInTile = rowOfWarp + Warp.LaneIdx / 4;
        if (unit.Part >= 0)
        {
            var target = parts.SubView((long)unit.Part * (Rows * Columns) + rowInTile * Columns + columnOfWarp + pair);
            for (var i = 0; i < 8; i++)
            {
                for (var j = 0; j < 8; j++)
                    Float32Pairs.Store(target, 8 * i * Columns + 8 * j, PairOf(sums, i, j));
            }

            return;
        }

        for (var i = 0; i < 8; i++)
        {
            var row = firstRow + rowInTile + 8 * i;
            if (row < schedule.M)
            {
                var start = unit.Batch * schedule.StrideC + (long)row * schedule.N;
                for (var j = 0; j < 8; j++)
                    ResultTile.Store<T, TPairs>(PairOf(sums, i, j), bias, addend, c, start, firstColumn + columnOfWarp + 8 * j + pair, schedule);
            }
        }
    }

    /// <summary>The two neighbouring sums of the work item in its row 8·i and columns 8·j.</summary>
    private static FloatPair PairOf(ArrayView<float> sums, int i, int j)
    {
        var first = 4 * (8 * (i / 2) + j) + 2 * (i % 2);
        return new FloatPair(sums[first], sums[first + 1]);
    }

    /// <summary>Starts copying a tile of a factor: 32 along k by TExtent along m or n.</summary>
    /// <typeparam name="TAcross">m or n is contiguous, rather than k.</typeparam>
    /// <typeparam name="TExtent">Rows of A' or columns of B' of the tile.</typeparam>
    private static void CopyTile<TAcross, TExtent>(
        ArrayView<ushort> source,
        ArrayView<ushort> tile,
        int first,
        int extent,
        int start,
        int depth,
        int stride)
        where TAcross : struct, IFlag
        where TExtent : struct, IConstant
    {
        var pieces = (TAcross.Value ? TExtent.Value : Depth) / PieceElements;
        for (var i = 0; i < TExtent.Value * Depth / PieceElements / GroupSize; i++)
        {
            var index = Group.IdxX + i * GroupSize;
            var (row, piece) = (index / pieces, index % pieces);
            var (line, lines) = TAcross.Value ? (start + row, depth) : (first + row, extent);
            var (column, columns) = (PieceElements * piece + (TAcross.Value ? first : start), TAcross.Value ? extent : depth);
            var count = line < lines ? Math.Clamp(columns - column, 0, PieceElements) : 0;
            var from = count > 0 ? (long)line * stride + column : 0;
            AsyncCopy.Copy16(tile.SubView(Place<TAcross, TExtent>(row, piece)), source.SubView(from), sizeof(ushort) * count);
        }
    }

    /// <summary>Where a piece of a row lies in shared memory.</summary>
    private static int Place<TAcross, TExtent>(int row, int piece)
        where TAcross : struct, IFlag
        where TExtent : struct, IConstant =>
        TAcross.Value
            ? row * TExtent.Value + PieceElements * (piece ^ (row & 7))
            : row * Depth + PieceElements * (piece ^ (row >> 1 & 3));

    /// <summary>The fragment of 16 rows of A' by 16 along k: quarters top left, bottom left, top right, bottom right.</summary>
    private static void LoadLeft<TTransposed>(ArrayView<uint> fragment, ArrayView<ushort> tile, int firstRow, int k)
        where TTransposed : struct, IFlag
    {
        var (quarter, line) = (Warp.LaneIdx / 8, Warp.LaneIdx % 8);
        if (TTransposed.Value)
        {
            var place = Place<Yes, Constants.C128>(k + line + 8 * (quarter / 2), firstRow / 8 + quarter % 2);
            TensorCore.LoadMatrixTransposed4(fragment, tile.SubView(place, PieceElements));
        }
        else
        {
            var place = Place<No, Constants.C128>(firstRow + line + 8 * (quarter % 2), k / 8 + quarter / 2);
            TensorCore.LoadMatrix4(fragment, tile.SubView(place, PieceElements));
        }
    }

    /// <summary>The fragments of two times 8 columns of B' by 16 along k, each its upper half before its lower one.</summary>
    private static void LoadRight<TTransposed>(ArrayView<uint> fragments, ArrayView<ushort> tile, int firstColumn, int k)
        where TTransposed : struct, IFlag
    {
        var (quarter, line) = (Warp.LaneIdx / 8, Warp.LaneIdx % 8);
        if (TTransposed.Value)
        {
            var place = Place<No, Constants.C256>(firstColumn + line + 8 * (quarter / 2), k / 8 + quarter % 2);
            TensorCore.LoadMatrix4(fragments, tile.SubView(place, PieceElements));
        }
        else
        {
            var place = Place<Yes, Constants.C256>(k + line + 8 * (quarter % 2), firstColumn / 8 + quarter / 2);
            TensorCore.LoadMatrixTransposed4(fragments, tile.SubView(place, PieceElements));
        }
    }
}
