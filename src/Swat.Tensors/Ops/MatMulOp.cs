using Swat.Tensors.Autograd;
using Swat.Tensors.Ops.MatrixProducts;

namespace Swat.Tensors.Ops;

/// <summary>
/// Product of two matrices, each read as it lies or transposed.
/// <para>C = A'·B', where A' is A or Aᵀ; C[i, j] = Σ_k A'[i, k]·B'[k, j].</para>
/// <para>
/// dA' = dC·B'ᵀ and dB' = A'ᵀ·dC: every derivative is again one of the four forms, so no matrix is ever transposed in memory.
/// </para>
/// <para>Kernels: <see cref="MatrixProduct"/>.</para>
/// </summary>
public static class MatMulOp
{
    /// <summary>The product of two matrices, either of them transposed as it is read.</summary>
    /// <param name="a">[m, k], or [k, m] if transposed.</param>
    /// <param name="b">[k, n], or [n, k] if transposed.</param>
    /// <param name="transposeA">Multiply with the transpose of <paramref name="a"/>.</param>
    /// <param name="transposeB">Multiply with the transpose of <paramref name="b"/>.</param>
    /// <returns>[m, n].</returns>
    public static Tensor MatMul(this Tensor a, Tensor b, bool transposeA = false, bool transposeB = false)
    {
        Check.FloatingPoint("matmul", a);
        Check.SameType("matmul", a, b);
        Check.SameDevice("matmul", a, b);
        Check.Rank("matmul", a, 2, "a matrix");
        Check.Rank("matmul", b, 2, "a matrix");
        var (m, k) = transposeA ? (a.Shape[1], a.Shape[0]) : (a.Shape[0], a.Shape[1]);
        var (innerB, n) = transposeB ? (b.Shape[1], b.Shape[0]) : (b.Shape[0], b.Shape[1]);
        if (k != innerB)
        {
            throw new ArgumentException(
                $"matmul: {a.Shape}{(transposeA ? " transposed" : string.Empty)} has {k} columns and " +
                $"{b.Shape}{(transposeB ? " transposed" : string.Empty)} has {innerB} rows; they must agree");
        }

        var c = Tensor.Empty(a.Device, [m, n], a.DType);
        MatrixProduct.Launch(a, transposeA, b, transposeB, c, new MatMulShape(m, n, k));
        return Tape.Record("matmul", [a, b], c, [a, b], context => Backward(context, transposeA, transposeB, m, n, k));
    }

    private static void Backward(BackwardContext context, bool transposeA, bool transposeB, int m, int n, int k)
    {
        var a = context.Saved(0);
        var b = context.Saved(1);
        var dc = context.OutputGradient;
        if (context.Needs(0))
        {
            var (da, accumulate) = context.Target(0);
            if (transposeA)
                MatrixProduct.Launch(b, transposeB, dc, true, da, new MatMulShape(k, m, n, accumulate));
            else
                MatrixProduct.Launch(dc, false, b, !transposeB, da, new MatMulShape(m, k, n, accumulate));
        }

        if (context.Needs(1))
        {
            var (db, accumulate) = context.Target(1);
            if (transposeB)
                MatrixProduct.Launch(dc, true, a, transposeA, db, new MatMulShape(n, k, m, accumulate));
            else
                MatrixProduct.Launch(a, !transposeA, dc, false, db, new MatMulShape(k, n, m, accumulate));
        }
    }
}
