using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.Portable;

/// <summary>
/// The steps that the attention kernels are made of, for a group of 16 x 16 work items; work item (x, y) stands at
/// (<see cref="Group.IdxX"/>, <see cref="Group.IdxY"/>).
/// <para>
/// A group holds one block of rows fixed (queries, or keys) and streams blocks of the other side past it. Scores form a tile
/// [streamed, fixed]: work item (x, y) holds the streamed rows y, y + 16, … and the fixed columns x, x + 16, …. The fixed block is stored
/// transposed, once, so that neighbouring work items read neighbouring numbers; the streamed block is stored as it lies in memory, and all
/// work items of one y read the same number of it.
/// </para>
/// </summary>
internal static class AttentionTile
{
    /// <summary>Work items along x and along y.</summary>
    public const int Side = 16;

    /// <summary>A group per block of fixed rows (x), head (y) and sequence (z).</summary>
    public static KernelConfig Config<TFixed>(int batch, int heads, int length)
        where TFixed : struct, IConstant =>
        new(new Index3D((length + TFixed.Value - 1) / TFixed.Value, heads, batch), new Index3D(Side, Side, 1));

    /// <summary>Stores rows of a matrix transposed and scaled, [HeadDim][Fixed + 1]; rows behind the last one are 0.</summary>
    /// <param name="source">The first row.</param>
    /// <param name="rowStride">Elements from one row to the next.</param>
    /// <param name="rows">How many rows there are, at least 1.</param>
    /// <param name="factor">Every element is multiplied by it.</param>
    /// <param name="target">Shared memory.</param>
    public static void StageFixed<T, THead, TFixed>(ArrayView<T> source, int rowStride, int rows, float factor, ArrayView<float> target)
        where T : unmanaged, IElement<T>
        where THead : struct, IConstant
        where TFixed : struct, IConstant
    {
        for (var i = 0; i < TFixed.Value / Side; i++)
        {
            var row = Group.IdxY + i * Side;
            for (var j = 0; j < THead.Value / Side; j++)
            {
                var column = Group.IdxX + j * Side;
                var value = 0f;
                if (row < rows)
                    value = factor * T.ToFloat(source[row * rowStride + column]);
                target[column * (TFixed.Value + 1) + row] = value;
            }
        }
    }

    /// <summary>Stores rows of a matrix as they are, [Streamed][Chunk + 1]; rows behind the last one are 0.</summary>
    public static void StageStreamed<T, TStreamed, TChunk>(ArrayView<T> source, int rowStride, int rows, ArrayView<float> target)
        where T : unmanaged, IElement<T>
        where TStreamed : struct, IConstant
        where TChunk : struct, IConstant
    {
        for (var i = 0; i < TStreamed.Value / Side; i++)
        {
            var row = Group.IdxY + i * Side;
            for (var j = 0; j < TChunk.Value / Side; j++)
            {
                var column = Group.IdxX + j * Side;
                var value = 0f;
                if (row < rows)
                    value = T.ToFloat(source[row * rowStride + column]);
                target[row * (TChunk.Value + 1) + column] = value;
            }
        }
    }

    /// <summary>products[i, j] += Σ_d streamed[y + 16i][d]·fixed[d][x + 16j].</summary>
    /// <param name="streamed">[Streamed][Chunk + 1] in shared memory.</param>
    /// <param name="transposed">[Chunk][Fixed + 1] in shared memory.</param>
    /// <param name="products">[Streamed/16][Fixed/16], of this work item.</param>
    public static void Multiply<TFixed, TStreamed, TChunk>(
        ArrayView<float> streamed,
        ArrayView<float> transposed,
        ArrayView<float> products)
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TChunk : struct, IConstant
    {
        var left = LocalMemory.Allocate<float>(TStreamed.Value / Side);
        var right = LocalMemory.Allocate<float>(TFixed.Value / Side);
        for (var d = 0; d < TChunk.Value; d++)
        {
            for (var i = 0; i < TStreamed.Value / Side; i++)
                left[i] = streamed[(Group.IdxY + i * Side) * (TChunk.Value + 1) + d];
            for (var j = 0; j < TFixed.Value / Side; j++)
                right[j] = transposed[d * (TFixed.Value + 1) + Group.IdxX + j * Side];
            for (var i = 0; i < TStreamed.Value / Side; i++)
            {
                for (var j = 0; j < TFixed.Value / Side; j++)
                    products[i * (TFixed.Value / Side) + j] += left[i] * right[j];
            }
        }
    }

    /// <summary>results[r, c] += Σ_s weights[s][y + 16r]·streamed[s][x + 16c].</summary>
    /// <param name="weights">[Streamed][Fixed] in shared memory.</param>
    /// <param name="streamed">[Streamed][Chunk + 1] in shared memory.</param>
    /// <param name="results">[Fixed/16][width], of this work item.</param>
    /// <param name="width">Columns of the results.</param>
    /// <param name="firstColumn">The first of the Chunk/16 columns that are meant.</param>
    public static void Accumulate<TFixed, TStreamed, TChunk>(
        ArrayView<float> weights,
        ArrayView<float> streamed,
        ArrayView<float> results,
        int width,
        int firstColumn)
        where TFixed : struct, IConstant
        where TStreamed : struct, IConstant
        where TChunk : struct, IConstant
    {
        var left = LocalMemory.Allocate<float>(TFixed.Value / Side);
        var right = LocalMemory.Allocate<float>(TChunk.Value / Side);
        for (var s = 0; s < TStreamed.Value; s++)
        {
            for (var r = 0; r < TFixed.Value / Side; r++)
                left[r] = weights[s * TFixed.Value + Group.IdxY + r * Side];
            for (var c = 0; c < TChunk.Value / Side; c++)
                right[c] = streamed[s * (TChunk.Value + 1) + Group.IdxX + c * Side];
            for (var r = 0; r < TFixed.Value / Side; r++)
            {
                for (var c = 0; c < TChunk.Value / Side; c++)
                    results[r * width + firstColumn + c] += left[r] * right[c];
            }
        }
    }

    /// <summary>Writes the results of a work item to the rows of a matrix that exist.</summary>
    public static void Store<T, THead, TFixed>(ArrayView<float> results, float factor, ArrayView<T> target, int rowStride, int rows)
        where T : unmanaged, IElement<T>
        where THead : struct, IConstant
        where TFixed : struct, IConstant
    {
        for (var r = 0; r < TFixed.Value / Side; r++)
        {
            var row = Group.IdxY + r * Side;
            if (row < rows)
            {
                for (var c = 0; c < THead.Value / Side; c++)
                {
                    target[row * rowStride + Group.IdxX + c * Side] =
                        T.FromFloat(factor * results[r * (THead.Value / Side) + c]);
                }
            }
        }
    }

    public static void Clear(ArrayView<float> values, int count)
    {
        for (var i = 0; i < count; i++)
            values[i] = 0;
    }
}
