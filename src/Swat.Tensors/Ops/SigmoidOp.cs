namespace Swat.Tensors.Ops;

/// <summary>
/// The logistic function.
/// <para>y = 1/(1 + e^-x); dx = dy·y·(1 - y).</para>
/// </summary>
public static class SigmoidOp
{
    /// <summary>1/(1 + e^-x), element by element.</summary>
    public static Tensor Sigmoid(this Tensor x) => UnaryOp.Apply<Function>("sigmoid", x);

    private readonly struct Function : IUnaryFunction
    {
        public static float Value(float x, float first, float second) => Ops.Sigmoid.Of(x);

        // 1 - y as sigmoid(-x) keeps its accuracy where y is close to 1.
        public static float Derivative(float x, float first, float second) => Ops.Sigmoid.Of(x) * Ops.Sigmoid.Of(-x);
    }
}
