namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

internal readonly struct Float16Factors : IFactors
{
    public static void MultiplyAdd(ArrayView<float> c, ArrayView<uint> a, ArrayView<uint> b) => TensorCore.MultiplyAddHalf(c, a, b);

    public static void MultiplyAdd256(ArrayView<float> c, long a, long b, bool accumulate, int transposeA, int transposeB) =>
        Hopper.MultiplyAddHalfN256(c, a, b, accumulate, transposeA, transposeB);
}
