namespace Swat.Tensors.Ops;

/// <summary>
/// The exponential function.
/// <para>y = e^x; dx = dy·e^x.</para>
/// </summary>
public static class ExpOp
{
    /// <summary>e^x, element by element.</summary>
    public static Tensor Exp(this Tensor x) => UnaryOp.Apply<Function>("exp", x);

    private readonly struct Function : IUnaryFunction
    {
        public static float Value(float x, float first, float second) => XMath.Exp(x);

        public static float Derivative(float x, float first, float second) => XMath.Exp(x);
    }
}
