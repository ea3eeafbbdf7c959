namespace Swat.Tensors.Ops;

public static class MatMulOp
{
    /// <summary>The product of two matrices, either of them transposed as it is read.</summary>
    /// <param name="a">[m, k], or [k, m] if transposed.</param>
    /// <param name="b">[k, n], or [n, k] if transposed.</param>
    /// <param name="transposeA">Multiply with the transpose of <paramref name="a"/>.</param>
    /// <param name="transposeB">Multiply with the transpose of <paramref name="b"/>.</param>
    /// <returns>[m, n].</returns>
    public static Tensor MatMul(this Tensor a, Tensor b, bool transposeA = false, bool transposeB = false) => throw new NotImplementedException();
}
