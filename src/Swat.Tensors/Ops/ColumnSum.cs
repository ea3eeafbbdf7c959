using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Sums over the rows of a matrix, one result per column, in a fixed order: the gradient of what is broadcast along rows.
/// <para>
/// First stage: a group takes 32 columns and 128 rows; work item (x, y) adds rows y, y + 8, … of column x, and the eight sums of a column
/// are added in order. Second stage: a work item adds the partial sums of its column. Reads rows·columns elements.
/// </para>
/// </summary>
internal static class ColumnSum
{
    public const int Columns = 32;
    public const int Rows = 8;
    public const int RowsPerGroup = 128;

    /// <summary>target[column] = Σ_row x[row, column], or added to it.</summary>
    public static void Launch(Tensor x, int rows, int columns, Tensor target, bool accumulate)
    {
        using var partial = Partial(x.Device, rows, columns);
        ElementTypes.Select("column_sum", x.DType, LaunchFirst<F32>, LaunchFirst<BF16>, LaunchFirst<F16>)(x, partial, rows);
        Finish(partial, target, accumulate);
    }

    /// <summary>Memory for the sums of the first stage: [row chunks, columns].</summary>
    public static Tensor Partial(TensorDevice device, int rows, int columns) =>
        Tensor.Empty(device, [Math.Max(1, (rows + RowsPerGroup - 1) / RowsPerGroup), columns]);

    public static KernelConfig FirstConfig(int rows, int columns) =>
        new(
            new Index3D(Math.Max(1, (rows + RowsPerGroup - 1) / RowsPerGroup), (columns + Columns - 1) / Columns, 1),
            new Index3D(Columns, Rows, 1));

    /// <summary>The second stage.</summary>
    public static void Finish(Tensor partial, Tensor target, bool accumulate) =>
        ElementTypes.Select("column_sum", target.DType, LaunchSecond<F32>, LaunchSecond<BF16>, LaunchSecond<F16>)(partial, target, accumulate);

    /// <summary>In a kernel of the first stage: adds the eight sums of a column and writes the group's result.</summary>
    public static void WritePartial(ArrayView<float> shared, float sum, ArrayView<float> partial, int columns)
    {
        shared[Group.IdxY * Columns + Group.IdxX] = sum;
        Group.Barrier();
        var column = Grid.IdxY * Columns + Group.IdxX;
        if (Group.IdxY == 0 & column < columns)
        {
            var total = 0f;
            for (var i = 0; i < Rows; i++)
                total += shared[i * Columns + Group.IdxX];
            partial[Grid.IdxX * columns + column] = total;
        }
    }

    private static void LaunchFirst<T>(Tensor x, Tensor partial, int rows)
        where T : unmanaged, IElement<T>
    {
        var columns = partial.Shape[1];
        x.Device.Launch(FirstStage<T>, FirstConfig(rows, columns), x.View<T>(), partial.View<float>(), rows, columns);
    }

    private static void LaunchSecond<T>(Tensor partial, Tensor target, bool accumulate)
        where T : unmanaged, IElement<T>
    {
        var columns = partial.Shape[1];
        target.Device.Launch(
            SecondStage<T>,
            ((columns + 63) / 64, 64),
            partial.View<float>(),
            target.View<T>(),
            partial.Shape[0],
            columns,
            accumulate ? 1 : 0);
    }

    private static void FirstStage<T>(ArrayView<T> x, ArrayView<float> partial, int rows, int columns)
        where T : unmanaged, IElement<T>
    {
        var shared = SharedMemory.Allocate<float>(Rows * Columns);
        var column = Grid.IdxY * Columns + Group.IdxX;
        var firstRow = Grid.IdxX * RowsPerGroup;
        var end = XMath.Min(rows, firstRow + RowsPerGroup);
        var sum = 0f;
        if (column < columns)
        {
            for (var row = firstRow + Group.IdxY; row < end; row += Rows)
                sum += T.ToFloat(x[(long)row * columns + column]);
        }

        WritePartial(shared, sum, partial, columns);
    }

    private static void SecondStage<T>(ArrayView<float> partial, ArrayView<T> target, int chunks, int columns, int accumulate)
        where T : unmanaged, IElement<T>
    {
        var column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < columns)
        {
            var sum = accumulate != 0 ? T.ToFloat(target[column]) : 0f;
            for (var chunk = 0; chunk < chunks; chunk++)
                sum += partial[(long)chunk * columns + column];
            target[column] = T.FromFloat(sum);
        }
    }
}
