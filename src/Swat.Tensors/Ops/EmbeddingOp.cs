using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.Lookup;

namespace Swat.Tensors.Ops;

/// <summary>
/// Looks rows of a table up by index.
/// <para>y[i, :] = table[index_i, :]; dtable[r, :] = Σ over i with index_i = r of dy[i, :].</para>
/// <para>
/// Forward: a group per 8 indices; reads and writes n·width elements. Backward without atomics and in a fixed order: on graphics processors
/// see <see cref="SortedLookupGradient"/>; elsewhere a group owns a range
/// of table rows and 256 columns of them, walks over all indices in order and adds dy[i, :] to the row where it owns index_i, so no two
/// groups write to one place. Reads n·width elements and n·(rows/rows per group) indices.
/// </para>
/// </summary>
public static class EmbeddingOp
{
    private const int Lanes = 32;
    private const int IndicesPerGroup = 8;
    private const int Columns = 256;
    /// <summary>Ranges of rows per multiprocessor: enough to keep all of them busy, few because each range reads all indices.</summary>
    private const int RangesPerMultiprocessor = 4;

    /// <summary>The rows of a table that indices name.</summary>
    /// <param name="table">[rows, width].</param>
    /// <param name="indices">Int32 or Int64, any shape; each in 0 … rows - 1. Another index gives a row of NaN.</param>
    /// <param name="type">Of the result: that of the table, or any floating-point type if the table is Float32; null: that of the table.</param>
    /// <returns>The shape of the indices with width behind it.</returns>
    public static Tensor Embedding(this Tensor table, Tensor indices, DType? type = null)
    {
        Check.FloatingPoint("embedding", table);
        using var narrow = WideIndices.Narrow("embedding", indices);
        indices = narrow ?? indices;
        Check.Rank("embedding", table, 2, "[rows, width]");
        Check.SameDevice("embedding", table, indices);
        var (rows, width) = (table.Shape[0], table.Shape[1]);
        var y = Tensor.Empty(table.Device, indices.Shape.Append(width), type ?? table.DType);
        if (y.Count > 0)
        {
            ElementTypes.SelectWithFloat32(
                "embedding",
                y.DType,
                table.DType,
                LaunchForward<F32, F32>,
                LaunchForward<BF16, BF16>,
                LaunchForward<F16, F16>,
                LaunchForward<BF16, F32>,
                LaunchForward<F16, F32>)(table, indices, y);
        }

        return Tape.Record("embedding", [table], y, [indices], Backward);
    }

    private static void Backward(BackwardContext context)
    {
        var indices = context.Saved(0);
        var (target, accumulate) = context.Target(0);
        var dy = context.OutputGradient;
        if (dy.Count > 0 && SortedLookupGradient.Suits(dy, target))
        {
            ElementTypes.SelectWithFloat32<Action<Tensor, Tensor, Tensor, bool>>(
                "embedding",
                dy.DType,
                target.DType,
                SortedLookupGradient.Launch<F32, F32>,
                SortedLookupGradient.Launch<BF16, BF16>,
                SortedLookupGradient.Launch<F16, F16>,
                SortedLookupGradient.Launch<BF16, F32>,
                SortedLookupGradient.Launch<F16, F32>)(dy, indices, target, accumulate);
            return;
        }

        if (!accumulate)
            Fill.Zero(target);
        if (dy.Count == 0)
            return;
        ElementTypes.SelectWithFloat32(
            "embedding",
            dy.DType,
            target.DType,
            LaunchBackward<F32, F32>,
            LaunchBackward<BF16, BF16>,
            LaunchBackward<F16, F16>,
            LaunchBackward<BF16, F32>,
            LaunchBackward<F16, F32>)(dy, indices, target);
    }

    private static void LaunchForward<T, TTable>(Tensor table, Tensor indices, Tensor y)
        where T : unmanaged, IElement<T>
        where TTable : unmanaged, IElement<TTable>
    {
        var groups = checked((int)((indices.Count + IndicesPerGroup - 1) / IndicesPerGroup));
        table.Device.Launch(
            Forward<T, TTable>,
            (new Index2D(groups, 1), new Index2D(Lanes, IndicesPerGroup)),
            table.View<TTable>(),
            indices.View<int>(),
            y.View<T>(),
            table.Shape[0],
            table.Shape[1]);
    }

    private static void LaunchBackward<T, TTable>(Tensor dy, Tensor indices, Tensor dtable)
        where T : unmanaged, IElement<T>
        where TTable : unmanaged, IElement<TTable>
    {
        var (rows, width) = (dtable.Shape[0], dtable.Shape[1]);
        var ranges = RangesPerMultiprocessor * dy.Device.Info.Multiprocessors;
        var rowsPerGroup = (rows + ranges - 1) / ranges;
        dy.Device.Launch(
            Backward<T, TTable>,
            (new Index2D((rows + rowsPerGroup - 1) / rowsPerGroup, (width + Columns - 1) / Columns), new Index2D(Columns, 1)),
            dy.View<T>(),
            indices.View<int>(),
            dtable.View<TTable>(),
            rowsPerGroup,
            width);
    }

    private static void Forward<T, TTable>(ArrayView<TTable> table, ArrayView<int> indices, ArrayView<T> y, int rows, int width)
        where T : unmanaged, IElement<T>
        where TTable : unmanaged, IElement<TTable>
    {
        var position = (long)Grid.IdxX * IndicesPerGroup + Group.IdxY;
        if (position >= indices.Length)
            return;
        var index = indices[position];
        var target = y.SubView(position * width, width);
        if (index < 0 | index >= rows)
        {
            for (var column = Group.IdxX; column < width; column += Lanes)
                target[column] = T.FromFloat(float.NaN);
            return;
        }

        var source = table.SubView((long)index * width, width);
        for (var column = Group.IdxX; column < width; column += Lanes)
            target[column] = T.FromFloat(TTable.ToFloat(source[column]));
    }

    private static void Backward<T, TTable>(ArrayView<T> dy, ArrayView<int> indices, ArrayView<TTable> dtable, int rowsPerGroup, int width)
        where T : unmanaged, IElement<T>
        where TTable : unmanaged, IElement<TTable>
    {
        var firstRow = Grid.IdxX * rowsPerGroup;
        var column = Grid.IdxY * Columns + Group.IdxX;
        for (long i = 0; i < indices.Length; i++)
        {
            var row = indices[i];
            if (row >= firstRow & row < firstRow + rowsPerGroup)
            {
                if (column < width)
                {
                    var place = (long)row * width + column;
                    dtable[place] = TTable.FromFloat(TTable.ToFloat(dtable[place]) + T.ToFloat(dy[i * width + column]));
                }
            }
        }
    }
}
