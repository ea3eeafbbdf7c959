namespace Swat.Tensors.Ops;

/// <summary>
/// Quotient of two tensors.
/// <para>c = a/b; da = dc/b, db = -a·dc/b².</para>
/// </summary>
public static class DivideOp
{
    /// <summary>a/b, element by element, with broadcasting.</summary>
    public static Tensor Divide(this Tensor a, Tensor b) => BinaryOp.Apply<Function>("divide", a, b);

    private readonly struct Function : IBinaryFunction
    {
        public static float Value(float a, float b) => a / b;

        public static float DerivativeA(float a, float b) => 1 / b;

        public static float DerivativeB(float a, float b) => -a / (b * b);
    }
}
