namespace Swat.Tensors.Ops;

/// <summary>
/// The hyperbolic tangent.
/// <para>y = tanh x; dx = dy·(1 - y²).</para>
/// </summary>
public static class TanhOp
{
    /// <summary>tanh x, element by element.</summary>
    public static Tensor Tanh(this Tensor x) => UnaryOp.Apply<Function>("tanh", x);

    private readonly struct Function : IUnaryFunction
    {
        public static float Value(float x, float first, float second) => XMath.Tanh(x);

        public static float Derivative(float x, float first, float second)
        {
            var y = XMath.Tanh(x);
            return 1 - y * y;
        }
    }
}
