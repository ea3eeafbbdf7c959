using Swat.Tensors.Ops.MatrixProducts;

namespace Swat.Tensors.Ops;

/// <summary>A batch of products C = A'·B' and its derivatives.</summary>
/// <param name="M">Rows of A' and C.</param>
/// <param name="N">Columns of B' and C.</param>
/// <param name="K">Columns of A' and rows of B'.</param>
/// <param name="Batch">Products.</param>
/// <param name="TransposeA">A' is the transpose of A.</param>
/// <param name="TransposeB">B' is the transpose of B.</param>
/// <param name="IsSharedA">All products have the same A.</param>
/// <param name="IsSharedB">All products have the same B.</param>
internal sealed record BatchedProduct(
    int M,
    int N,
    int K,
    int Batch,
    bool TransposeA,
    bool TransposeB,
    bool IsSharedA,
    bool IsSharedB)
{
    public void Launch(Tensor a, Tensor b, Tensor c) =>
        Multiply(a, TransposeA, IsSharedA, b, TransposeB, IsSharedB, c, false, M, N, K, accumulate: false);

    /// <summary>dA' = dC·B'ᵀ, or its transpose.</summary>
    public void DifferentiateA(Tensor b, Tensor dc, Tensor da, bool accumulate)
    {
        if (TransposeA)
            Multiply(b, TransposeB, IsSharedB, dc, true, false, da, IsSharedA, K, M, N, accumulate);
        else
            Multiply(dc, false, false, b, !TransposeB, IsSharedB, da, IsSharedA, M, K, N, accumulate);
    }

    /// <summary>dB' = A'ᵀ·dC, or its transpose.</summary>
    public void DifferentiateB(Tensor a, Tensor dc, Tensor db, bool accumulate)
    {
        if (TransposeB)
            Multiply(dc, true, false, a, TransposeA, IsSharedA, db, IsSharedB, N, K, M, accumulate);
        else
            Multiply(a, !TransposeA, IsSharedA, dc, false, false, db, IsSharedB, K, N, M, accumulate);
    }

    /// <summary>A product for each of the batch; those with a shared result are added up in it, one after the other.</summary>
    private void Multiply(
        Tensor a,
        bool transposeA,
        bool isSharedA,
        Tensor b,
        bool transposeB,
        bool isSharedB,
        Tensor c,
        bool isSharedC,
        int m,
        int n,
        int k,
        bool accumulate)
    {
        var shape = new MatMulShape(m, n, k, accumulate);
        if (!isSharedC)
        {
            var batched = shape.Batched(Batch);
            batched = batched with { StrideA = isSharedA ? 0 : batched.StrideA, StrideB = isSharedB ? 0 : batched.StrideB };
            MatrixProduct.Launch(a, transposeA, b, transposeB, c, Batch == 1 ? shape : batched);
            return;
        }

        if (Batch == 0 && !accumulate)
            c.FillWith(0);
        for (var i = 0; i < Batch; i++)
        {
            using var left = Part(a, isSharedA, i, m, k);
            using var right = Part(b, isSharedB, i, k, n);
            MatrixProduct.Launch(left, transposeA, right, transposeB, c, shape with { Accumulate = accumulate || i > 0 ? 1 : 0 });
        }
    }

    private static Tensor Part(Tensor factor, bool isShared, int index, int rows, int columns) =>
        factor.SharePart(isShared ? 0 : (long)index * rows * columns, [rows, columns]);
}
