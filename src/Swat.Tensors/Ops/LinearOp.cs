namespace Swat.Tensors.Ops;

public static class LinearOp
{
    /// <summary>y = x·weightᵀ + bias over the innermost dimension.</summary>
    /// <param name="x">[…, in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out]; null: none.</param>
    /// <returns>[…, out].</returns>
    public static Tensor Linear(this Tensor x, Tensor weight, Tensor? bias = null) => throw new NotImplementedException();
}
