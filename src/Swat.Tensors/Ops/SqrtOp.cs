namespace Swat.Tensors.Ops;

/// <summary>
/// The square root.
/// <para>y = √x; dx = dy/(2·√x).</para>
/// </summary>
public static class SqrtOp
{
    /// <summary>√x, element by element; NaN below 0.</summary>
    public static Tensor Sqrt(this Tensor x) => UnaryOp.Apply<Function>("sqrt", x);

    private readonly struct Function : IUnaryFunction
    {
        public static float Value(float x, float first, float second) => XMath.Sqrt(x);

        public static float Derivative(float x, float first, float second) => 0.5f / XMath.Sqrt(x);
    }
}
