using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// The epilogue: what is done to sums in a work item's registers, in the layout of the matrix units, on their way to the result. The
/// work item holds rows 8·i and the columns 8·j and 8·j + 1 behind its first ones: sum 4·(columns·⌊i / 2⌋ + j) + 2·(i mod 2) + {0, 1}.
/// </summary>
internal static class ResultTile
{
    /// <summary>C = sums + bias + addend, as far as C reaches.</summary>
    /// <typeparam name="TRows">Rows that the work item holds.</typeparam>
    /// <typeparam name="TColumns">Pairs of columns that it holds.</typeparam>
    /// <param name="sums">The sums; destroyed.</param>
    /// <param name="bias">[N]</param>
    /// <param name="addend">Laid out as c.</param>
    /// <param name="c">The results.</param>
    /// <param name="firstRow">The work item's first row.</param>
    /// <param name="firstColumn">Its first column, an even number.</param>
    /// <param name="place">The tile.</param>
    /// <param name="schedule">What is added.</param>
    public static void Store<T, TPairs, TRows, TColumns>(
        ArrayView<float> sums,
        ArrayView<float> bias,
        ArrayView<T> addend,
        ArrayView<T> c,
        int firstRow,
        int firstColumn,
        TilePlace place,
        TileSchedule schedule)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
    {
        Add<T, TPairs, TRows, TColumns>(sums, bias, addend, firstRow, firstColumn, place, schedule);
        if (IsInner(place, schedule))
            StorePairs<T, TPairs, TRows, TColumns, No>(sums, c, firstRow, firstColumn, place, schedule);
        else if (schedule.HasPairs != 0)
            StorePairs<T, TPairs, TRows, TColumns, Yes>(sums, c, firstRow, firstColumn, place, schedule);
        else
            StoreElements<T, TRows, TColumns>(sums, c, firstRow, firstColumn, place, schedule);
    }

    /// <summary>Sums += bias + addend, as far as C reaches.</summary>
    /// <inheritdoc cref="Store"/>
    public static void Add<T, TPairs, TRows, TColumns>(
        ArrayView<float> sums,
        ArrayView<float> bias,
        ArrayView<T> addend,
        int firstRow,
        int firstColumn,
        TilePlace place,
        TileSchedule schedule)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
    {
        if (schedule.HasBias != 0)
            AddBias<TRows, TColumns>(sums, bias, firstColumn, schedule);
        if (schedule.HasAddend == 0)
            return;
        if (IsInner(place, schedule))
            AddPairs<T, TPairs, TRows, TColumns>(sums, addend, firstRow, firstColumn, place, schedule);
        else
            AddElements<T, TRows, TColumns>(sums, addend, firstRow, firstColumn, place, schedule);
    }

    /// <summary>The whole tile lies in the result, and two neighbours can be moved at a time.</summary>
    public static bool IsInner(TilePlace place, TileSchedule schedule) =>
        schedule.HasPairs != 0
        & (place.Row + 1) * schedule.RowsOfTile <= schedule.M
        & (place.Column + 1) * schedule.ColumnsOfTile <= schedule.N;

    /// <summary>Where the sum in row 8·i and column 8·j is.</summary>
    public static int Register<TColumns>(int i, int j)
        where TColumns : struct, IConstant => 4 * (TColumns.Value * (i / 2) + j) + 2 * (i % 2);

    private static void AddBias<TRows, TColumns>(ArrayView<float> sums, ArrayView<float> bias, int firstColumn, TileSchedule schedule)
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
    {
        for (var j = 0; j < TColumns.Value; j++)
        {
            var column = firstColumn + 8 * j;
            var first = column < schedule.N ? bias[column] : 0;
            var second = column + 1 < schedule.N ? bias[column + 1] : 0;
            for (var i = 0; i < TRows.Value; i++)
            {
                sums[Register<TColumns>(i, j)] += first;
                sums[Register<TColumns>(i, j) + 1] += second;
            }
        }
    }

    // Nothing is stored in between, so that many loads are under way at a time.
    private static void AddPairs<T, TPairs, TRows, TColumns>(
        ArrayView<float> sums,
        ArrayView<T> addend,
        int firstRow,
        int firstColumn,
        TilePlace place,
        TileSchedule schedule)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
    {
        for (var i = 0; i < TRows.Value; i++)
        {
            var start = RowStart(place, firstRow + 8 * i, schedule);
            for (var j = 0; j < TColumns.Value; j++)
            {
                var added = TPairs.Load(addend, start + firstColumn + 8 * j);
                sums[Register<TColumns>(i, j)] += added.First;
                sums[Register<TColumns>(i, j) + 1] += added.Second;
            }
        }
    }

    private static void AddElements<T, TRows, TColumns>(
        ArrayView<float> sums,
        ArrayView<T> addend,
        int firstRow,
        int firstColumn,
        TilePlace place,
        TileSchedule schedule)
        where T : unmanaged, IElement<T>
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
    {
        for (var i = 0; i < TRows.Value; i++)
        {
            var row = firstRow + 8 * i;
            var start = RowStart(place, row, schedule);
            for (var j = 0; j < TColumns.Value; j++)
            {
                for (var e = 0; e < 2; e++)
                {
                    var column = firstColumn + 8 * j + e;
                    if (row < schedule.M & column < schedule.N)
                        sums[Register<TColumns>(i, j) + e] += T.ToFloat(addend[start + column]);
                }
            }
        }
    }

    private static void StorePairs<T, TPairs, TRows, TColumns, TGuarded>(
        ArrayView<float> sums,
        ArrayView<T> c,
        int firstRow,
        int firstColumn,
        TilePlace place,
        TileSchedule schedule)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
        where TGuarded : struct, IFlag
    {
        for (var i = 0; i < TRows.Value; i++)
        {
            var row = firstRow + 8 * i;
            var start = RowStart(place, row, schedule);
            for (var j = 0; j < TColumns.Value; j++)
            {
                var column = firstColumn + 8 * j;
                if (!TGuarded.Value || (row < schedule.M & column < schedule.N))
                    TPairs.Store(c, start + column, new FloatPair(sums[Register<TColumns>(i, j)], sums[Register<TColumns>(i, j) + 1]));
            }
        }
    }

    private static void StoreElements<T, TRows, TColumns>(
        ArrayView<float> sums,
        ArrayView<T> c,
        int firstRow,
        int firstColumn,
        TilePlace place,
        TileSchedule schedule)
        where T : unmanaged, IElement<T>
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
    {
        for (var i = 0; i < TRows.Value; i++)
        {
            var row = firstRow + 8 * i;
            var start = RowStart(place, row, schedule);
            for (var j = 0; j < TColumns.Value; j++)
            {
                for (var e = 0; e < 2; e++)
                {
                    var column = firstColumn + 8 * j + e;
                    if (row < schedule.M & column < schedule.N)
                        c[start + column] = T.FromFloat(sums[Register<TColumns>(i, j) + e]);
                }
            }
        }
    }

    private static long RowStart(TilePlace place, int row, TileSchedule schedule) =>
        place.Batch * schedule.StrideC + (long)row * schedule.N;
}
