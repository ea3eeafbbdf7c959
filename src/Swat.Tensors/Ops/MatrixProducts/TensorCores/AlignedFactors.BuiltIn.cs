namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>The factors of a product as <see cref="AlignedFactor"/>s: the tensors themselves, or copies with longer rows.</summary>
internal readonly struct AlignedFactors : IDisposable
{
    private const int Multiple = 8;
    private readonly Tensor? copyA;
    private readonly Tensor? copyB;

    /// <summary>Copies what need be, by one kernel.</summary>
    /// <param name="a">Of a 16-bit type.</param>
    /// <param name="transposeA">Whether it lies as [K, M] instead of [M, K].</param>
    /// <param name="b">As a.</param>
    /// <param name="transposeB">Whether it lies as [N, K] instead of [K, N].</param>
    /// <param name="shape">Strides from one matrix to the next are height·width or 0.</param>
    public AlignedFactors(Tensor a, bool transposeA, Tensor b, bool transposeB, MatMulShape shape)
    {
        var (heightA, widthA) = transposeA ? (shape.K, shape.M) : (shape.M, shape.K);
        var (heightB, widthB) = transposeB ? (shape.N, shape.K) : (shape.K, shape.N);
        (A, copyA) = Align(a, heightA, widthA, shape.Batch, shape.StrideA);
        (B, copyB) = Align(b, heightB, widthB, shape.Batch, shape.StrideB);
        if (copyA is not null || copyB is not null)
            RowCopy.Launch(a, copyA, widthA, b, copyB, widthB);
    }

    public AlignedFactor A { get; }

    public AlignedFactor B { get; }

    public void Dispose()
    {
        copyA?.Dispose();
        copyB?.Dispose();
    }

    private static (AlignedFactor Factor, Tensor? Copy) Align(Tensor matrix, int height, int width, int batch, long batchStride)
    {
        if (width % Multiple == 0)
            return (new AlignedFactor(matrix.View<ushort>(), width, width, batchStride), null);
        var stride = (width + Multiple - 1) / Multiple * Multiple;
        var copy = Tensor.Empty(matrix.Device, [height * (batchStride == 0 ? 1 : batch), stride], matrix.DType);
        return (new AlignedFactor(copy.View<ushort>(), width, stride, batchStride == 0 ? 0 : (long)height * stride), copy);
    }
}
