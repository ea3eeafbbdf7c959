using Swat.Tensors.Autograd;
using Swat.Tensors.Ops.MatrixProducts;

namespace Swat.Tensors.Ops;

/// <summary>
/// Product of two matrices, or of two batches of them, each matrix read as it lies or transposed.
/// <para>C = A'·B', where A' is A or Aᵀ; C[i, j] = Σ_k A'[i, k]·B'[k, j].</para>
/// <para>
/// dA' = dC·B'ᵀ and dB' = A'ᵀ·dC: every derivative is again one of the four forms, so no matrix is ever transposed in memory. A factor
/// without a batch serves all products and is not copied; its derivative is their sum.
/// </para>
/// <para>Kernels: <see cref="MatrixProduct"/>.</para>
/// </summary>
public static class MatMulOp
{
    /// <summary>The product of two matrices, or of each pair of two batches, either factor transposed as it is read.</summary>
    /// <param name="a">[…, m, k], or […, k, m] if transposed.</param>
    /// <param name="b">[…, k, n], or […, n, k] if transposed, with the outer dimensions of a; or one of the two is a single matrix.</param>
    /// <param name="transposeA">Multiply with the transpose of <paramref name="a"/>.</param>
    /// <param name="transposeB">Multiply with the transpose of <paramref name="b"/>.</param>
    /// <returns>[…, m, n].</returns>
    public static Tensor MatMul(this Tensor a, Tensor b, bool transposeA = false, bool transposeB = false)
    {
        Check.FloatingPoint("matmul", a);
        Check.SameType("matmul", a, b);
        Check.SameDevice("matmul", a, b);
        if (a.Shape.Rank < 2 || b.Shape.Rank < 2)
            throw new ArgumentException($"matmul: {a.Shape} and {b.Shape} must both be matrices, or batches of them");
        var (outerA, outerB) = (a.Shape[..^2], b.Shape[..^2]);
        if (outerA.Rank > 0 && outerB.Rank > 0 && outerA != outerB)
            throw new ArgumentException($"matmul: the batches of {a.Shape} and {b.Shape} must have the same dimensions, or one of the two be a matrix");
        var (m, k) = transposeA ? (a.Shape[^1], a.Shape[^2]) : (a.Shape[^2], a.Shape[^1]);
        var (innerB, n) = transposeB ? (b.Shape[^1], b.Shape[^2]) : (b.Shape[^2], b.Shape[^1]);
        if (k != innerB)
        {
            throw new ArgumentException(
                $"matmul: {a.Shape}{(transposeA ? " transposed" : string.Empty)} has {k} columns and " +
                $"{b.Shape}{(transposeB ? " transposed" : string.Empty)} has {innerB} rows; they must agree");
        }

        var outer = outerA.Rank > 0 ? outerA : outerB;
        var c = Tensor.Empty(a.Device, outer.Append(m).Append(n), a.DType);
        var batch = checked((int)outer.Count);
        var (isSharedA, isSharedB) = (outerA.Rank < outer.Rank, outerB.Rank < outer.Rank);
        if (isSharedB && !transposeA)
        {
            // The rows of all products lie one behind the other: they are one product.
            m = checked(m * batch);
            (batch, isSharedB) = (1, false);
        }

        var product = new BatchedProduct(m, n, k, batch, transposeA, transposeB, isSharedA, isSharedB);
        product.Launch(a, b, c);
        return Tape.Record("matmul", [a, b], c, [a, b], context => Backward(context, product));
    }

    private static void Backward(BackwardContext context, BatchedProduct product)
    {
        if (context.Needs(0))
        {
            var (da, accumulate) = context.Target(0);
            product.DifferentiateA(context.Saved(1), context.OutputGradient, da, accumulate);
        }

        if (context.Needs(1))
        {
            var (db, accumulate) = context.Target(1);
            product.DifferentiateB(context.Saved(0), context.OutputGradient, db, accumulate);
        }
    }
}
