using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// The matrix product on the matrix units of a warp (mma.sync m16n8k16): C = A'·B' + bias + addend with 16-bit factors, summed in float32;
/// or C = A·Bᵀ and silu(left half of C)·right half (<see cref="GatedColumns"/>, <see cref="GatedTile"/>).
/// <para>
/// A group of eight warps takes unit after unit of the schedule: a 128 x 256 tile of C, or a part of its sum over k; each warp has 64 x 64
/// of it, in 128 registers a work item. (For products of few tiles there are tiles of half the rows and columns.) A step of 64 along k
/// is a 128 x 64 tile of A' and a 64 x 256 tile of B', 48 KiB, copied asynchronously, 16 bytes a work item, into one of three stages of
/// shared memory, two steps ahead of the products (where there is less shared memory, of 32 along k into four stages); the copies run
/// ahead into the next unit, too. A warp reads 16 along k of its 64 rows and 64 columns by eight ldmatrix, for 32 products of
/// 16 x 8 x 16, while it multiplies the 16 before.
/// </para>
/// <para>
/// A factor lies in shared memory as in memory: k contiguous ([rows][64]), or m or n contiguous ([64][columns]; ldmatrix then
/// transposes). The 16-byte pieces of a row change places by the row's number, so that the eight rows that ldmatrix reads at a time lie
/// in different banks. What lies outside a matrix is zero in shared memory; results outside are not written. 16-bit results leave by
/// <see cref="ResultOctets"/>.
/// </para>
/// <para>
/// 2·m·n·k operations; from shared memory come 4 KiB for 2·64·64·16 operations of a warp, 32 a byte; from the L2 cache 48 KiB for
/// 2·128·256·64, 85 a byte. On an H200 a step takes 1,980 cycles, of which the matrix units work 1,610, and whole products of the sizes
/// of a 340M model run at 400 to 490 TFLOP/s: at its limit of power (700 W), which holds the clock at 1.5 to 1.8 GHz. The same
/// instructions on registers alone reach 615 there, and a form of this kernel without its copies from the L2 cache 541 to 557.
/// </para>
/// </summary>
internal static class WarpKernel
{
    public const int GroupSize = 256;

    internal const int WarpsBelow = 2;
    internal const int WarpsAcross = 4;
    internal const int PieceElements = 8;

    /// <summary>The kernel's shared memory.</summary>
    public static SharedMemoryConfig Shared<TTile>()
        where TTile : struct, IWarpTile => SharedMemoryConfig.RequestDynamic<ushort>(TTile.Stages * StageElements<TTile>());

    public static TileExtents Extents<TTile>()
        where TTile : struct, IWarpTile => new(WarpsBelow * TTile.WarpExtent, WarpsAcross * TTile.WarpExtent, TTile.Depth);

    private static int StageElements<TTile>()
        where TTile : struct, IWarpTile => (WarpsBelow + WarpsAcross) * TTile.WarpExtent * TTile.Depth;

    [LaunchBounds(GroupSize, MinGroupsPerMultiprocessor = 1)]
    public static void Run<TFactors, T, TPairs, TTile, TPieces, TTransposeA, TTransposeB, TGated>(
        ArrayView<ushort> a,
        ArrayView<ushort> b,
        ArrayView<float> bias,
        ArrayView<T> addend,
        ArrayView<T> c,
        ArrayView<T> gated,
        ArrayView<F32> parts,
        WarpFactorLayouts layouts,
        TileSchedule schedule)
        where TFactors : struct, IFactors
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TTile : struct, IWarpTile
        where TPieces : struct, IConstant
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
        where TGated : struct, IFlag
    {
        var fragments = TTile.WarpExtent / 16;
        var stageElements = StageElements<TTile>();
        var (rows, columns) = (WarpsBelow * TTile.WarpExtent, WarpsAcross * TTile.WarpExtent);
        var shared = SharedMemory.GetDynamic<ushort>();
        var warp = Group.IdxX / 32;
        var (rowOfWarp, columnOfWarp) = (warp / WarpsAcross * TTile.WarpExtent, warp % WarpsAcross * TTile.WarpExtent);
        var sums = LocalMemory.Allocate<float>(TTile.WarpExtent * TTile.WarpExtent / 32);
        var leftPlaces = LocalMemory.Allocate<int>(TTile.WarpExtent / 16);
        var rightPlaces = LocalMemory.Allocate<int>(TTile.WarpExtent / 16);
        FindFragments<TTile, TTransposeA>(leftPlaces, rows, rowOfWarp, quartersAcrossFirst: true);
        if (TTransposeB.Value)
            FindFragments<TTile, No>(rightPlaces, columns, columnOfWarp, quartersAcrossFirst: false);
        else
            FindFragments<TTile, Yes>(rightPlaces, columns, columnOfWarp, quartersAcrossFirst: false);
        var left = LocalMemory.Allocate<uint>(2 * 4 * (TTile.WarpExtent / 16));
        var right = LocalMemory.Allocate<uint>(2 * 4 * (TTile.WarpExtent / 16));

        var ahead = CopyPlace.Of<TTile, TTransposeA, TTransposeB>(Grid.IdxX, layouts, schedule);
        for (var stage = 0; stage < TTile.Stages - 1; stage++)
        {
            var tile = shared.SubView(stage * stageElements);
            ahead = CopyStep<TTile, TTransposeA, TTransposeB, TGated>(a, b, tile, ahead, layouts, schedule);
        }

        AsyncCopy.Wait(TTile.Stages - 2);
        Group.Barrier();
        LoadFragments<TTile, TTransposeA, TTransposeB>(left, right, shared, leftPlaces, rightPlaces, 0);
        var (reading, writing) = (0, TTile.Stages - 1);
        for (var number = Grid.IdxX; number < schedule.Units; number += Grid.DimX)
        {
            var unit = TileUnit.Of(schedule, number);
            for (var i = 0; i < TTile.WarpExtent * TTile.WarpExtent / 32; i++)
                sums[i] = 0;
            for (var step = unit.FirstStep; step < unit.EndStep; step++)
            {
                ahead = CopyStep<TTile, TTransposeA, TTransposeB, TGated>(
                    a, b, shared.SubView(writing * stageElements), ahead, layouts, schedule);
                writing = writing + 1 == TTile.Stages ? 0 : writing + 1;

                // While one set of fragments is multiplied, the next is on its way, also across the end of a step and of a unit.
                for (var k = 0; k < TTile.Depth; k += 16)
                {
                    var set = k / 16 % 2 * 4 * fragments;
                    var next = 4 * fragments - set;
                    if (k + 16 == TTile.Depth)
                    {
                        reading = reading + 1 == TTile.Stages ? 0 : reading + 1;
                        AsyncCopy.Wait(TTile.Stages - 2);
                        Group.Barrier();
                    }

                    LoadFragments<TTile, TTransposeA, TTransposeB>(
                        left.SubView(next, 4 * fragments),
                        right.SubView(next, 4 * fragments),
                        shared.SubView(reading * stageElements),
                        leftPlaces,
                        rightPlaces,
                        (k + 16) % TTile.Depth);
                    for (var i = 0; i < fragments; i++)
                    {
                        for (var j = 0; j < 2 * fragments; j++)
                        {
                            var sum = sums.SubView(4 * (2 * fragments * i + j), 4);
                            TFactors.MultiplyAdd(sum, left.SubView(set + 4 * i, 4), right.SubView(set + 2 * j, 2));
                        }
                    }
                }
            }

            Store<T, TPairs, TTile, TPieces, TGated>(sums, bias, addend, c, gated, parts, rowOfWarp, columnOfWarp, unit, schedule);
        }
    }

    /// <summary>Writes a unit's sums: results, or a part of a tile's sum [part][row][column].</summary>
    private static void Store<T, TPairs, TTile, TPieces, TGated>(
        ArrayView<float> sums,
        ArrayView<float> bias,
        ArrayView<T> addend,
        ArrayView<T> c,
        ArrayView<T> gated,
        ArrayView<F32> parts,
        int rowOfWarp,
        int columnOfWarp,
        TileUnit unit,
        TileSchedule schedule)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TTile : struct, IWarpTile
        where TPieces : struct, IConstant
        where TGated : struct, IFlag
    {
        var fragments = TTile.WarpExtent / 16;
        var (rows, columns) = (WarpsBelow * TTile.WarpExtent, WarpsAcross * TTile.WarpExtent);
        var pair = 2 * (Warp.LaneIdx % 4);
        var rowInTile = rowOfWarp + Warp.LaneIdx / 4;
        if (unit.Part >= 0)
        {
            var target = parts.SubView((long)unit.Part * (rows * columns) + rowInTile * columns + columnOfWarp + pair);
            for (var i = 0; i < 2 * fragments; i++)
            {
                for (var j = 0; j < 2 * fragments; j++)
                    Float32Pairs.Store(target, 8 * i * columns + 8 * j, FloatPair.Of(sums, ResultTile.Register<TPieces>(i, j)));
            }

            return;
        }

        var place = TilePlace.Of(schedule, unit.Tile);
        var (firstRow, firstColumn) = (place.Row * rows + rowOfWarp, place.Column * columns + columnOfWarp);
        var (row, column) = (firstRow + Warp.LaneIdx / 4, firstColumn + pair);
        if (TGated.Value)
        {
            GatedTile.Store<T, TPairs, TPieces, TPieces>(sums, c, gated, row, firstColumn / 2 + pair, schedule);
        }
        else if (Interop.SizeOf<T>() == sizeof(ushort) && ResultTile.IsInner(place, schedule) && schedule.HasOctets != 0)
        {
            ResultTile.Add<T, TPairs, TPieces, TPieces>(sums, bias, addend, row, column, place, schedule);
            var first = place.Batch * schedule.StrideC + (long)firstRow * schedule.N + firstColumn;
            ResultOctets.Store<T, TPairs, TPieces, TPieces>(sums, c.SubView(first), schedule.N);
        }
        else
        {
            ResultTile.Store<T, TPairs, TPieces, TPieces>(sums, bias, addend, c, row, column, place, schedule);
        }
    }

    /// <summary>Starts copying the tiles of a step, if there is one, as one group of copies.</summary>
    /// <returns>The place of the step that follows.</returns>
    private static CopyPlace CopyStep<TTile, TTransposeA, TTransposeB, TGated>(
        ArrayView<ushort> a,
        ArrayView<ushort> b,
        ArrayView<ushort> stage,
        CopyPlace place,
        WarpFactorLayouts layouts,
        TileSchedule schedule)
        where TTile : struct, IWarpTile
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
        where TGated : struct, IFlag
    {
        if (place.Step < place.EndStep)
        {
            if (place.IsInside<TTile>(layouts, schedule))
                CopyTiles<TTile, TTransposeA, TTransposeB, TGated, Yes>(a, b, stage, place, layouts, schedule);
            else
                CopyTiles<TTile, TTransposeA, TTransposeB, TGated, No>(a, b, stage, place, layouts, schedule);
            place = place.Next<TTile, TTransposeA, TTransposeB>(layouts, schedule);
        }

        AsyncCopy.Commit();
        return place;
    }

    private static void CopyTiles<TTile, TTransposeA, TTransposeB, TGated, TInside>(
        ArrayView<ushort> a,
        ArrayView<ushort> b,
        ArrayView<ushort> stage,
        CopyPlace place,
        WarpFactorLayouts layouts,
        TileSchedule schedule)
        where TTile : struct, IWarpTile
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
        where TGated : struct, IFlag
        where TInside : struct, IFlag
    {
        var (rows, columns) = (WarpsBelow * TTile.WarpExtent, WarpsAcross * TTile.WarpExtent);
        var tileB = stage.SubView(rows * TTile.Depth);
        var (fromA, fromB) = (a.SubView(place.PositionA), b.SubView(place.PositionB));
        var start = place.Step * TTile.Depth;
        CopyTile<TTile, TTransposeA, TInside>(fromA, stage, rows, place.FirstRow, schedule.M, start, layouts.K, layouts.RowStrideA);
        if (TGated.Value)
            GatedColumns.Copy<TTile, TInside>(b, tileB, place.FirstColumn / 2, schedule.N / 2, start, layouts.K, layouts.RowStrideB);
        else if (TTransposeB.Value)
            CopyTile<TTile, No, TInside>(fromB, tileB, columns, place.FirstColumn, schedule.N, start, layouts.K, layouts.RowStrideB);
        else
            CopyTile<TTile, Yes, TInside>(fromB, tileB, columns, place.FirstColumn, schedule.N, start, layouts.K, layouts.RowStrideB);
    }

    /// <summary>Reads the warp's fragments at k along k of a stage.</summary>
    private static void LoadFragments<TTile, TTransposeA, TTransposeB>(
        ArrayView<uint> left,
        ArrayView<uint> right,
        ArrayView<ushort> stage,
        ArrayView<int> leftPlaces,
        ArrayView<int> rightPlaces,
        int k)
        where TTile : struct, IWarpTile
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
    {
        var tileB = stage.SubView(WarpsBelow * TTile.WarpExtent * TTile.Depth);
        for (var i = 0; i < TTile.WarpExtent / 16; i++)
        {
            LoadFragment<TTile, TTransposeA>(left.SubView(4 * i, 4), stage, WarpsBelow * TTile.WarpExtent, leftPlaces, i, k);
            if (TTransposeB.Value)
                LoadFragment<TTile, No>(right.SubView(4 * i, 4), tileB, WarpsAcross * TTile.WarpExtent, rightPlaces, i, k);
            else
                LoadFragment<TTile, Yes>(right.SubView(4 * i, 4), tileB, WarpsAcross * TTile.WarpExtent, rightPlaces, i, k);
        }
    }

    /// <summary>Starts copying a tile of a factor: a step along k by some rows of A' or columns of B'.</summary>
    /// <typeparam name="TTile">The kernel's tile.</typeparam>
    /// <typeparam name="TAcross">m or n is contiguous, rather than k.</typeparam>
    /// <typeparam name="TInside">All of the tile lies in the matrix; else zeros take the place of what does not.</typeparam>
    private static void CopyTile<TTile, TAcross, TInside>(
        ArrayView<ushort> source,
        ArrayView<ushort> tile,
        int width,
        int first,
        int extent,
        int start,
        int depth,
        int stride)
        where TTile : struct, IWarpTile
        where TAcross : struct, IFlag
        where TInside : struct, IFlag
    {
        // The places of a work item's pieces are a multiple of eight rows apart, which leaves the swizzle as it is.
        var pieces = CopyPlace.PiecesOfLine<TTile, TAcross>(width);
        var (row, piece) = (Group.IdxX / pieces, Group.IdxX % pieces);
        var target = tile.SubView(Place<TTile, TAcross>(width, row, piece));
        var below = GroupSize / pieces;
        var step = below * (TAcross.Value ? width : TTile.Depth);
        // Of bytes, so that a step further takes one addition.
        var (from, bytesBelow) = (source.Cast<byte>(), (long)below * stride * sizeof(ushort));
        if (TInside.Value)
        {
            for (var i = 0; i < width * TTile.Depth / PieceElements / GroupSize; i++)
            {
                AsyncCopy.Copy16(target.SubView(i * step), from);
                from = from.SubView(bytesBelow);
            }
        }
        else
        {
            // A loop whose end is known at run time only, and so a branch around it: the driver's compilers would else unroll it and send
            // its instructions through every step, unused.
            var count = Warp.Shuffle(width * TTile.Depth / PieceElements / GroupSize, 0);
            var (line, column) = TAcross.Value ? (start + row, first + PieceElements * piece) : (first + row, start + PieceElements * piece);
            var (lines, columns) = TAcross.Value ? (depth, extent) : (extent, depth);
            var bytes = sizeof(ushort) * Math.Clamp(columns - column, 0, PieceElements);
            for (var i = 0; i < count; i++)
            {
                AsyncCopy.Copy16(target.SubView(i * step), from, line + i * below < lines ? bytes : 0);
                from = from.SubView(bytesBelow);
            }
        }
    }

    /// <summary>Where a piece of a row lies in shared memory.</summary>
    internal static int Place<TTile, TAcross>(int width, int row, int piece)
        where TTile : struct, IWarpTile
        where TAcross : struct, IFlag =>
        TAcross.Value
            ? row * width + PieceElements * (piece ^ (row & 7))
            : row * TTile.Depth + PieceElements * (piece ^ (TTile.Depth == 64 ? row & 7 : row >> 1 & 3));

    /// <summary>
    /// Finds the row that the work item names to ldmatrix for the fragments of 16 along m or n by 16 along k: with m or n contiguous of
    /// the four fragments side by side, at the first 16 along k; with k contiguous of the first fragment, at each 16 along k.
    /// </summary>
    /// <param name="places">Places in the tile.</param>
    /// <param name="width">Rows of A' or columns of B' of the tile.</param>
    /// <param name="first">The warp's first row or column.</param>
    /// <param name="quartersAcrossFirst">
    /// The quarters of a fragment follow each other along m or n before k, as those of A do; else along k first, as those of two
    /// fragments of B side by side.
    /// </param>
    private static void FindFragments<TTile, TAcross>(ArrayView<int> places, int width, int first, bool quartersAcrossFirst)
        where TTile : struct, IWarpTile
        where TAcross : struct, IFlag
    {
        var (quarter, line) = (Warp.LaneIdx / 8, Warp.LaneIdx % 8);
        var across = quartersAcrossFirst ? quarter % 2 : quarter / 2;
        var along = quartersAcrossFirst ? quarter / 2 : quarter % 2;
        for (var i = 0; i < places.IntLength; i++)
        {
            places[i] = TAcross.Value
                ? Place<TTile, Yes>(width, line + 8 * along, first / 8 + 2 * i + across)
                : Place<TTile, No>(width, first + line + 8 * across, 2 * (i % (TTile.Depth / 16)) + along);
        }
    }

    /// <summary>Reads fragment i of the warp's, at k along k.</summary>
    private static void LoadFragment<TTile, TAcross>(ArrayView<uint> fragment, ArrayView<ushort> tile, int width, ArrayView<int> places, int i, int k)
        where TTile : struct, IWarpTile
        where TAcross : struct, IFlag
    {
        if (TAcross.Value)
            TensorCore.LoadMatrixTransposed4(fragment, tile.SubView(places[i] + k * width, PieceElements));
        else
            TensorCore.LoadMatrix4(fragment, tile.SubView(places[k / 16] + 16 * i * TTile.Depth, PieceElements));
    }
}
