namespace Swat.Tensors.Ops;

/// <summary>
/// The sigmoid linear unit, "swish".
/// <para>y = x·s with s = sigmoid(x); dx = dy·s·(1 + x·(1 - s)).</para>
/// </summary>
public static class SiluOp
{
    /// <summary>x·sigmoid(x), element by element.</summary>
    public static Tensor Silu(this Tensor x) => UnaryOp.Apply<Function>("silu", x);

    private readonly struct Function : IUnaryFunction
    {
        public static float Value(float x, float first, float second) => x * Sigmoid.Of(x);

        public static float Derivative(float x, float first, float second)
        {
            var s = Sigmoid.Of(x);
            return s * (1 + x * (1 - s));
        }
    }
}
