namespace Swat.Tensors.Ops;

/// <summary>
/// Product of two tensors, element by element.
/// <para>c = a·b; da = b·dc, db = a·dc.</para>
/// </summary>
public static class MultiplyOp
{
    /// <summary>a·b, element by element, with broadcasting.</summary>
    public static Tensor Multiply(this Tensor a, Tensor b) => BinaryOp.Apply<Function>("multiply", a, b);

    private readonly struct Function : IBinaryFunction
    {
        public static float Value(float a, float b) => a * b;

        public static float DerivativeA(float a, float b) => b;

        public static float DerivativeB(float a, float b) => a;
    }
}
