using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops;

/// <summary>
/// Sums over the rows of a matrix, one result per column, in a fixed order: the gradient of what is broadcast along rows. Several matrices
/// of one shape, one behind the other, are summed each for itself.
/// <para>
/// First stage: a group takes 32 columns and 128 rows; work item (x, y) adds rows y, y + 8, … of column x, and the eight sums of a column
/// are added in order. Second stage: the same with the partial sums, of 8 columns a group on a graphics processor, so that every
/// multiprocessor has some. Reads rows·columns elements.
/// </para>
/// </summary>
internal static class ColumnSum
{
    public const int Columns = 32;
    public const int Rows = 8;
    public const int RowsPerGroup = 128;

    private const int GroupSize = Columns * Rows;
    private const int Unroll = 8;

    /// <summary>target[m, column] = factor·Σ_row x[m, row, column], or added to it.</summary>
    public static void Launch(Tensor x, int rows, int columns, Tensor target, bool accumulate, int matrices = 1, float factor = 1)
    {
        using var partial = Partial(x.Device, rows, columns, matrices);
        ElementTypes.Select("column_sum", x.DType, LaunchFirst<F32>, LaunchFirst<BF16>, LaunchFirst<F16>)(x, partial, rows);
        Finish(partial, target, accumulate, factor);
    }

    /// <summary>Memory for the sums of the first stage: [matrices, row chunks, columns].</summary>
    public static Tensor Partial(TensorDevice device, int rows, int columns, int matrices = 1) =>
        Tensor.Empty(device, [matrices, Chunks(rows), columns]);

    /// <summary>A group per matrix and chunk of rows (x) and block of columns (y).</summary>
    public static KernelConfig FirstConfig(int rows, int columns, int matrices = 1) =>
        new(
            new Index3D(checked(matrices * Chunks(rows)), (columns + Columns - 1) / Columns, 1),
            new Index3D(Columns, Rows, 1));

    /// <summary>The second stage.</summary>
    public static void Finish(Tensor partial, Tensor target, bool accumulate, float factor = 1) =>
        ElementTypes.Select("column_sum", target.DType, LaunchSecond<F32>, LaunchSecond<BF16>, LaunchSecond<F16>)(
            partial,
            target,
            accumulate,
            factor);

    /// <summary>In a kernel of the first stage: adds the eight sums of a column and writes the group's result.</summary>
    public static void WritePartial(ArrayView<float> shared, float sum, ArrayView<float> partial, int columns)
    {
        var total = AddRows(shared, Columns, sum);
        var column = Grid.IdxY * Columns + Group.IdxX;
        if (Group.IdxY == 0 & column < columns)
            partial[(long)Grid.IdxX * columns + column] = total;
    }

    private static int Chunks(int rows) => Math.Max(1, (rows + RowsPerGroup - 1) / RowsPerGroup);

    private static void LaunchFirst<T>(Tensor x, Tensor partial, int rows)
        where T : unmanaged, IElement<T>
    {
        var (matrices, chunks, columns) = (partial.Shape[0], partial.Shape[1], partial.Shape[2]);
        x.Device.Launch(
            FirstStage<T>,
            FirstConfig(rows, columns, matrices),
            x.View<T>(),
            partial.View<float>(),
            rows,
            columns,
            chunks);
    }

    private static void LaunchSecond<T>(Tensor partial, Tensor target, bool accumulate, float factor)
        where T : unmanaged, IElement<T>
    {
        if (Packed.Suits(target.Device))
            LaunchSecond<T, C8>(partial, target, accumulate, factor);
        else
            LaunchSecond<T, C32>(partial, target, accumulate, factor);
    }

    private static void LaunchSecond<T, TColumns>(Tensor partial, Tensor target, bool accumulate, float factor)
        where T : unmanaged, IElement<T>
        where TColumns : struct, IConstant
    {
        var (matrices, chunks, columns) = (partial.Shape[0], partial.Shape[1], partial.Shape[2]);
        target.Device.Launch(
            SecondStage<T, TColumns>,
            (new Index2D(matrices, (columns + TColumns.Value - 1) / TColumns.Value), new Index2D(TColumns.Value, GroupSize / TColumns.Value)),
            partial.View<float>(),
            target.View<T>(),
            chunks,
            columns,
            accumulate ? 1 : 0,
            factor);
    }

    private static void FirstStage<T>(ArrayView<T> x, ArrayView<float> partial, int rows, int columns, int chunks)
        where T : unmanaged, IElement<T>
    {
        var shared = SharedMemory.Allocate<float>(GroupSize);
        var column = Grid.IdxY * Columns + Group.IdxX;
        var matrix = Grid.IdxX / chunks;
        var firstRow = (Grid.IdxX - matrix * chunks) * RowsPerGroup;
        var end = XMath.Min(rows, firstRow + RowsPerGroup);
        var source = x.SubView((long)matrix * rows * columns);
        // A processor's lanes are spared the mask where the columns of the group all exist.
        var sum = 0f;
        if ((Grid.IdxY + 1) * Columns <= columns)
            sum = ColumnOf(source, column, firstRow + Group.IdxY, end, columns);
        else if (column < columns)
            sum = ColumnOf(source, column, firstRow + Group.IdxY, end, columns);

        WritePartial(shared, sum, partial, columns);
    }

    private static float ColumnOf<T>(ArrayView<T> source, int column, int row, int end, int columns)
        where T : unmanaged, IElement<T>
    {
        var sum = 0f;
        for (; row < end; row += Rows)
            sum += T.ToFloat(source.SubView((long)row * columns, columns)[column]);
        return sum;
    }

    private static void SecondStage<T, TColumns>(ArrayView<float> partial, ArrayView<T> target, int chunks, int columns, int accumulate, float factor)
        where T : unmanaged, IElement<T>
        where TColumns : struct, IConstant
    {
        var shared = SharedMemory.Allocate<float>(GroupSize);
        var rows = GroupSize / TColumns.Value;
        var column = Grid.IdxY * TColumns.Value + Group.IdxX;
        var source = partial.SubView((long)Grid.IdxX * chunks * columns);
        var sum = 0f;
        if (column < columns)
        {
            var chunk = Group.IdxY;
            // Eight at a time: their loads are under way together.
            for (; chunk + (Unroll - 1) * rows < chunks; chunk += Unroll * rows)
            {
                for (var i = 0; i < Unroll; i++)
                    sum += source[(long)(chunk + i * rows) * columns + column];
            }

            for (; chunk < chunks; chunk += rows)
                sum += source[(long)chunk * columns + column];
        }

        var total = AddRows(shared, TColumns.Value, sum) * factor;
        if (Group.IdxY == 0 & column < columns)
        {
            var place = (long)Grid.IdxX * columns + column;
            if (accumulate != 0)
                total += T.ToFloat(target[place]);
            target[place] = T.FromFloat(total);
        }
    }

    /// <summary>The sum of the work items of a column, in order.</summary>
    private static float AddRows(ArrayView<float> shared, int columns, float sum)
    {
        shared[Group.IdxY * columns + Group.IdxX] = sum;
        Group.Barrier();
        var total = 0f;
        for (var i = 0; i < GroupSize / columns; i++)
            total += shared[i * columns + Group.IdxX];
        return total;
    }
}
