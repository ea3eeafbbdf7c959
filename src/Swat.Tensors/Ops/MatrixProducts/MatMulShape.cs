namespace Swat.Tensors.Ops.MatrixProducts;

/// <summary>The extents and the epilogue of a matrix product, or of a batch of equal ones, as the kernel takes them.</summary>
/// <param name="M">Rows of the result.</param>
/// <param name="N">Columns of the result.</param>
/// <param name="K">Length of the inner products.</param>
/// <param name="Accumulate">1: add to the result's memory; 0: overwrite it.</param>
/// <param name="HasBias">1: add a number per column.</param>
/// <param name="Batch">Products.</param>
/// <param name="StrideA">Elements from one left factor to the next; 0: all products have the same.</param>
/// <param name="StrideB">Elements from one right factor to the next; 0: all products have the same.</param>
/// <param name="StrideC">Elements from one result to the next.</param>
public readonly record struct MatMulShape(
    int M,
    int N,
    int K,
    int Accumulate = 0,
    int HasBias = 0,
    int Batch = 1,
    long StrideA = 0,
    long StrideB = 0,
    long StrideC = 0)
{
    public MatMulShape(int m, int n, int k, bool accumulate)
        : this(m, n, k, accumulate ? 1 : 0)
    {
    }

    /// <summary>A batch of products whose factors and results lie one behind the other.</summary>
    /// <param name="batch">Products.</param>
    public MatMulShape Batched(int batch) =>
        this with { Batch = batch, StrideA = (long)M * K, StrideB = (long)K * N, StrideC = (long)M * N };
}
