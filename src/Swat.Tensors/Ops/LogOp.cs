namespace Swat.Tensors.Ops;

/// <summary>
/// The natural logarithm.
/// <para>y = ln x; dx = dy/x.</para>
/// </summary>
public static class LogOp
{
    /// <summary>ln x, element by element; NaN below 0.</summary>
    public static Tensor Log(this Tensor x) => UnaryOp.Apply<Function>("log", x);

    private readonly struct Function : IUnaryFunction
    {
        public static float Value(float x, float first, float second) => XMath.Log(x);

        public static float Derivative(float x, float first, float second) => 1 / x;
    }
}
