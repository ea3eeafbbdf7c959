namespace Swat.Tensors.Ops.MatrixProducts;

internal static partial class MatrixProduct
{
    /// <summary>Launches a tensor-core kernel if the device and the arguments suit one.</summary>
    private static bool TryLaunchTensorCores(
        Tensor a,
        bool transposeA,
        Tensor b,
        bool transposeB,
        Tensor c,
        MatMulShape shape,
        Tensor? bias,
        Tensor? gated = null) => false;
}
