namespace Swat.Tensors.Ops;

/// <summary>
/// The Gaussian error linear unit in its tanh form (Hendrycks and Gimpel, arXiv 1606.08415), as GPT-2 uses it.
/// <para>y = x/2·(1 + t) with t = tanh u, u = √(2/π)·(x + 0.044715·x³); dx = dy·((1 + t)/2 + x/2·(1 - t²)·√(2/π)·(1 + 0.134145·x²)).</para>
/// </summary>
public static class GeluOp
{
    private const float RootOfTwoOverPi = 0.7978845608f;
    private const float Cubic = 0.044715f;

    /// <summary>x·Φ(x) in the tanh approximation, element by element.</summary>
    public static Tensor Gelu(this Tensor x) => UnaryOp.Apply<Function>("gelu", x);

    private readonly struct Function : IUnaryFunction
    {
        // (1 + tanh u)/2 is sigmoid(2u), which keeps its accuracy where tanh u is close to -1.
        public static float Value(float x, float first, float second) => x * Sigmoid.Of(2 * Inner(x));

        public static float Derivative(float x, float first, float second)
        {
            var s = Sigmoid.Of(2 * Inner(x));
            var slope = RootOfTwoOverPi * (1 + 3 * Cubic * x * x);
            return s + 2 * x * s * (1 - s) * slope;
        }

        private static float Inner(float x) => RootOfTwoOverPi * (x + Cubic * x * x * x);
    }
}
