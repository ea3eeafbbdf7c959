namespace Swat.Tensors.Ops;

/// <summary>
/// Difference of two tensors.
/// <para>c = a - b; da = dc, db = -dc.</para>
/// </summary>
public static class SubtractOp
{
    /// <summary>a - b, element by element, with broadcasting.</summary>
    public static Tensor Subtract(this Tensor a, Tensor b) => BinaryOp.Apply<Function>("subtract", a, b);

    private readonly struct Function : IBinaryFunction
    {
        public static float Value(float a, float b) => a - b;

        public static float DerivativeA(float a, float b) => 1;

        public static float DerivativeB(float a, float b) => -1;
    }
}
