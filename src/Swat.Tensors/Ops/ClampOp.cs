namespace Swat.Tensors.Ops;

/// <summary>
/// Limits numbers to a range.
/// <para>y = min(max(x, low), high); dx = dy where low ≤ x ≤ high, else 0.</para>
/// </summary>
public static class ClampOp
{
    /// <summary>The nearest number of [low, high], element by element.</summary>
    public static Tensor Clamp(this Tensor x, float low, float high)
    {
        if (!(low <= high))
            throw new ArgumentException($"clamp: the range {low} to {high} is empty");
        return UnaryOp.Apply<Function>("clamp", x, low, high);
    }

    private readonly struct Function : IUnaryFunction
    {
        public static float Value(float x, float first, float second) => XMath.Min(XMath.Max(x, first), second);

        public static float Derivative(float x, float first, float second) => x >= first & x <= second ? 1f : 0f;
    }
}
