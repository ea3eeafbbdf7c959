namespace Swat.Tensors.Ops;

public static class RmsNormOp
{
    /// <summary>y = weight·x/√(mean(x²) + epsilon) over the innermost dimension.</summary>
    /// <param name="x">[…, width].</param>
    /// <param name="weight">[width].</param>
    /// <param name="epsilon">Added to the mean of the squares.</param>
    public static Tensor RmsNorm(this Tensor x, Tensor weight, float epsilon = 1e-6f) => throw new NotImplementedException();
}
