namespace Swat.Tensors.Ops;

/// <summary>
/// The rectified linear unit.
/// <para>y = max(x, 0); dx = dy where x is above 0, else 0.</para>
/// </summary>
public static class ReluOp
{
    /// <summary>max(x, 0), element by element.</summary>
    public static Tensor Relu(this Tensor x) => UnaryOp.Apply<Function>("relu", x);

    private readonly struct Function : IUnaryFunction
    {
        public static float Value(float x, float first, float second) => XMath.Max(x, 0f);

        public static float Derivative(float x, float first, float second) => x > 0 ? 1f : 0f;
    }
}
