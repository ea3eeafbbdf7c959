namespace Swat.Tensors.Ops.MatrixProducts;

/// <summary>The extents and the epilogue of a matrix product, as the kernel takes them.</summary>
/// <param name="M">Rows of the result.</param>
/// <param name="N">Columns of the result.</param>
/// <param name="K">Length of the inner products.</param>
/// <param name="Accumulate">1: add to the result's memory; 0: overwrite it.</param>
/// <param name="HasBias">1: add a number per column.</param>
public readonly record struct MatMulShape(int M, int N, int K, int Accumulate = 0, int HasBias = 0)
{
    public MatMulShape(int m, int n, int k, bool accumulate)
        : this(m, n, k, accumulate ? 1 : 0)
    {
    }
}
