using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// A factor whose rows start at multiples of 16 bytes, as asynchronous and bulk copies need them: the tensor itself, or a copy with
/// longer rows.
/// </summary>
internal readonly struct AlignedFactor : IDisposable
{
    private const int Multiple = 8;
    private const int GroupSize = 256;
    private const int RowsOfGroup = GroupSize / 32;
    private const int WordsOfWarp = 4 * 32;
    private readonly Tensor? copy;

    private AlignedFactor(ArrayView<ushort> elements, int width, int rowStride, long batchStride, Tensor? copy)
    {
        Elements = elements;
        Width = width;
        RowStride = rowStride;
        BatchStride = batchStride;
        this.copy = copy;
    }

    public ArrayView<ushort> Elements { get; }

    /// <summary>Elements of a row.</summary>
    public int Width { get; }

    /// <summary>Elements from one row to the next.</summary>
    public int RowStride { get; }

    /// <summary>Elements from one matrix to the next; 0: there is one.</summary>
    public long BatchStride { get; }

    /// <summary>The factor, copied if need be.</summary>
    /// <param name="matrix">Of a 16-bit type.</param>
    /// <param name="height">Rows of a matrix as it lies.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="batch">Matrices.</param>
    /// <param name="batchStride">Elements from one to the next, 0 or height·width; 0: one for all.</param>
    public static AlignedFactor Of(Tensor matrix, int height, int width, int batch, long batchStride)
    {
        var source = matrix.View<ushort>();
        if (width % Multiple == 0)
            return new AlignedFactor(source, width, width, batchStride, null);
        var stride = (width + Multiple - 1) / Multiple * Multiple;
        var rows = height * (batchStride == 0 ? 1 : batch);
        var copy = Tensor.Empty(matrix.Device, [rows, stride], matrix.DType);
        var target = copy.View<ushort>();
        matrix.Device.Launch(
            CopyRows,
            new KernelConfig(
                new Index2D((rows + RowsOfGroup - 1) / RowsOfGroup, (stride / 2 + WordsOfWarp - 1) / WordsOfWarp),
                new Index2D(GroupSize, 1)),
            source,
            target.Cast<uint>(),
            width,
            stride / 2,
            rows);
        return new AlignedFactor(target, width, stride, batchStride == 0 ? 0 : (long)height * stride, copy);
    }

    public void Dispose() => copy?.Dispose();

    /// <summary>A warp copies a stretch of a row, two elements a work item at a time.</summary>
    [LaunchBounds(GroupSize)]
    private static void CopyRows(ArrayView<ushort> source, ArrayView<uint> target, int width, int words, int rows)
    {
        var row = Grid.IdxX * RowsOfGroup + Group.IdxX / 32;
        if (row >= rows)
            return;
        var from = source.SubView((long)row * width);
        var to = target.SubView((long)row * words);
        for (var i = 0; i < WordsOfWarp; i += 32)
        {
            var word = Grid.IdxY * WordsOfWarp + i + Group.IdxX % 32;
            if (word >= words)
                return;
            var column = 2 * word;
            uint low = column < width ? from[column] : (ushort)0;
            uint high = column + 1 < width ? from[column + 1] : (ushort)0;
            to[word] = low | high << 16;
        }
    }
}
