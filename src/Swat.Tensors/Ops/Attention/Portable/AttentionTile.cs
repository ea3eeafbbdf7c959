using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.Portable;

/// <summary>
/// The steps that the attention kernels are made of, for a group of 16 x Rows work items (<see cref="ITileLayout"/>); work item (x, y)
/// stands at (<see cref="Group.IdxX"/>, <see cref="Group.IdxY"/>).
/// <para>
/// A group holds one block of rows fixed (queries, or keys) and streams blocks of the other side past it. Scores form a tile
/// [streamed, fixed]: work item (x, y) holds the streamed rows y, y + Rows, … and the fixed columns of the place x. The fixed block is
/// stored transposed, once, so that neighbouring work items read neighbouring numbers; the streamed block is stored as it lies in memory,
/// and all work items of one y read the same numbers of it.
/// </para>
/// </summary>
internal static class AttentionTile
{
    /// <summary>Work items along x.</summary>
    public const int Side = 16;

    /// <summary>A group per block of fixed rows (x), head (y) and sequence (z).</summary>
    public static KernelConfig Config<TFixed, TLayout>(int batch, int heads, int length)
        where TFixed : struct, IConstant
        where TLayout : struct, ITileLayout =>
        new(new Index3D((length + TFixed.Value - 1) / TFixed.Value, heads, batch), new Index3D(Side, TLayout.Rows, 1));

    /// <summary>Which of <typeparamref name="TExtent"/> columns is the j-th that belongs to a place along x.</summary>
    /// <param name="x">The place, 0 to 15.</param>
    /// <param name="j">0 to Extent/16 - 1.</param>
    public static int Column<TExtent, TLayout>(int x, int j)
        where TExtent : struct, IConstant
        where TLayout : struct, ITileLayout => Place(Together<TLayout>(TExtent.Value / Side), Side, x, j);

    /// <summary>Which of <typeparamref name="TFixed"/> rows is the r-th that belongs to a place along y.</summary>
    public static int Row<TFixed, TLayout>(int y, int r)
        where TFixed : struct, IConstant
        where TLayout : struct, ITileLayout =>
        Place(Together<TLayout>(TFixed.Value / TLayout.Rows), TLayout.Rows, y, r);

    private static int Place(int together, int places, int place, int i) => i / together * (places * together) + together * place + i % together;

    /// <summary>How many of the rows or columns of a place lie side by side: the largest vector that their number allows.</summary>
    private static int Together<TLayout>(int count)
        where TLayout : struct, ITileLayout
    {
        if (TLayout.Vector == 1 || count % 2 != 0)
            return 1;
        return count % TLayout.Vector == 0 ? TLayout.Vector : 2;
    }

    /// <summary>Stores rows of a matrix transposed and scaled, [HeadDim][Fixed + Vector]; rows behind the last one are 0.</summary>
    /// <param name="source">The first row.</param>
    /// <param name="rowStride">Elements from one row to the next.</param>
    /// <param name="rows">How many rows there are, at least 1.</param>
    /// <param name="factor">Every element is multiplied by it.</param>
    /// <param name="target">Shared memory.</param>
    public static void StageFixed<T, THead, TFixed, TLayout>(ArrayView<T> source, int rowStride, int rows, float factor, ArrayView<float> target)
        where T : unmanaged, IElement<T>
        where THead : struct, IConstant
        where TFixed : struct, IConstant
        where TLayout : struct, ITileLayout
    {
        for (var i = 0; i < TFixed.Value / TLayout.Rows; i++)
        {
            var row = Group.IdxY + i * TLayout.Rows;
            for (var j = 0; j < THead.Value / Side; j++)
            {
                var column = Group.IdxX + j * Side;
                var value = 0f;
                if (row < rows)
                    value = factor * T.ToFloat(source[row * rowStride + column]);
                target[column * (TFixed.Value + TLayout.Vector) + row] = value;
            }
        }
    }

    /// <summary>Stores rows of a matrix as they are, [Streamed][Chunk + Vector]; rows behind the last one are 0.</summary>
    public static void StageStreamed<T, TStreamed, TChunk, TLayout>(ArrayView<T> source, int rowStride, int rows, ArrayView<float> target)
        where T : unmanaged, IElement<T>
        where TStreamed : struct, IConstant
        where TChunk : struct, IConstant
        where TLayout : struct, ITileLayout
    {
        for (var i = 0; i < TStreamed.Value / TLayout.Rows; i++)
        {
            var row = Group.IdxY + i * TLayout.Rows;
            for (var j = 0; j < TChunk.Value / Side; j++)
            {
                var column = Group.IdxX + j * Side;
                var value = 0f;
                if (row < rows)
                    value = T.ToFloat(source[row * rowStride + column]);
                target[row * (TChunk.Value + TLayout.Vector) + column] = value;
            }
        }
    }

    /// <summary>products[i, j] += Σ_d streamed[y + Rows·i][d]·fixed[d][column j of x].</summary>
    /// <param name="streamed">[Streamed][Chunk + Vector] in shared memory.</param>
    /// <param name="transposed">[Chunk][Fixed + Vector] in shared memory.</param>
    /// <param name="products">[Streamed/Rows][Fixed/16], of this work item.</param>
    public static void Multiply<TFixed, TStreamed, TChunk, TLayout>(
        ArrayView<float> streamed,
        ArrayView<float> transposed,
        ArrayView<float> products)
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TChunk : struct, IConstant
        where TLayout : struct, ITileLayout
    {
        var columns = TFixed.Value / Side;
        var left = LocalMemory.Allocate<float>(TLayout.Vector);
        var right = LocalMemory.Allocate<float>(TLayout.Vector * (TFixed.Value / Side));
        for (var d = 0; d < TChunk.Value; d += TLayout.Vector)
        {
            for (var e = 0; e < TLayout.Vector; e++)
                ReadColumns<TFixed, TLayout>(transposed.SubView((d + e) * (TFixed.Value + TLayout.Vector)), right.SubView(e * columns));
            for (var i = 0; i < TStreamed.Value / TLayout.Rows; i++)
            {
                Read(streamed.SubView((Group.IdxY + i * TLayout.Rows) * (TChunk.Value + TLayout.Vector) + d), TLayout.Vector, left);
                for (var e = 0; e < TLayout.Vector; e++)
                {
                    for (var j = 0; j < columns; j++)
                        products[i * columns + j] += left[e] * right[e * columns + j];
                }
            }
        }
    }

    /// <summary>results[r, c] += Σ_s weights[s][row r of y]·streamed[s][column c of x].</summary>
    /// <param name="weights">[Streamed][Fixed] in shared memory.</param>
    /// <param name="streamed">[Streamed][Chunk + Vector] in shared memory.</param>
    /// <param name="results">[Fixed/Rows][width], of this work item.</param>
    /// <param name="width">Columns of the results.</param>
    /// <param name="firstColumn">The first of the Chunk/16 columns that are meant.</param>
    public static void Accumulate<TFixed, TStreamed, TChunk, TLayout>(
        ArrayView<float> weights,
        ArrayView<float> streamed,
        ArrayView<float> results,
        int width,
        int firstColumn)
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TChunk : struct, IConstant
        where TLayout : struct, ITileLayout
    {
        var together = Together<TLayout>(TFixed.Value / TLayout.Rows);
        var columns = TChunk.Value / Side;
        var left = LocalMemory.Allocate<float>(TFixed.Value / TLayout.Rows);
        var right = LocalMemory.Allocate<float>(TChunk.Value / Side);
        for (var s = 0; s < TStreamed.Value; s++)
        {
            for (var r = 0; r < TFixed.Value / TLayout.Rows; r += together)
                Read(weights.SubView(s * TFixed.Value + Row<TFixed, TLayout>(Group.IdxY, r)), together, left.SubView(r));
            ReadColumns<TChunk, TLayout>(streamed.SubView(s * (TChunk.Value + TLayout.Vector)), right);
            for (var r = 0; r < TFixed.Value / TLayout.Rows; r++)
            {
                for (var c = 0; c < columns; c++)
                    results[r * width + firstColumn + c] += left[r] * right[c];
            }
        }
    }

    /// <summary>Writes the results of a work item to the rows of a matrix that exist.</summary>
    /// <param name="results">[Fixed/Rows][HeadDim/16], the columns chunk by chunk.</param>
    /// <param name="factor">Every element is multiplied by it.</param>
    /// <param name="target">The first row.</param>
    /// <param name="rowStride">Elements from one row to the next.</param>
    /// <param name="rows">How many rows there are.</param>
    public static void Store<T, THead, TFixed, TChunk, TLayout>(
        ArrayView<float> results, float factor, ArrayView<T> target, int rowStride, int rows)
        where T : unmanaged, IElement<T>
        where THead : struct, IConstant
        where TFixed : struct, IConstant
        where TChunk : struct, IConstant
        where TLayout : struct, ITileLayout
    {
        for (var r = 0; r < TFixed.Value / TLayout.Rows; r++)
        {
            var row = Row<TFixed, TLayout>(Group.IdxY, r);
            if (row < rows)
            {
                for (var c = 0; c < THead.Value / Side; c++)
                {
                    var column = c * Side / TChunk.Value * TChunk.Value + Column<TChunk, TLayout>(Group.IdxX, c % (TChunk.Value / Side));
                    target[row * rowStride + column] = T.FromFloat(factor * results[r * (THead.Value / Side) + c]);
                }
            }
        }
    }

    /// <summary>Reads the elements of a row in shared memory that belong to the work item's x.</summary>
    private static void ReadColumns<TExtent, TLayout>(ArrayView<float> row, ArrayView<float> values)
        where TExtent : struct, IConstant
        where TLayout : struct, ITileLayout
    {
        var together = Together<TLayout>(TExtent.Value / Side);
        for (var j = 0; j < TExtent.Value / Side; j += together)
            Read(row.SubView(Column<TExtent, TLayout>(Group.IdxX, j)), together, values.SubView(j));
    }

    /// <summary>Reads one, two or four neighbouring elements of shared memory, at a place that is a multiple of as many.</summary>
    private static void Read(ArrayView<float> source, int count, ArrayView<float> values)
    {
        if (count == 4)
        {
            Packed.Unpack(source.SubView(0, 4).Cast<Pack4<F32>>()[0], values);
        }
        else if (count == 2)
        {
            var two = source.SubView(0, 2).Cast<Pack2<float>>()[0];
            values[0] = two.First;
            values[1] = two.Second;
        }
        else
        {
            values[0] = source[0];
        }
    }

    public static void Clear(ArrayView<float> values, int count)
    {
        for (var i = 0; i < count; i++)
            values[i] = 0;
    }
}
