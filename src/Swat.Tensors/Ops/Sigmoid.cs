namespace Swat.Tensors.Ops;

/// <summary>The logistic function 1/(1 + e^-x), for kernels.</summary>
internal static class Sigmoid
{
    /// <summary>Accurate relative to the result, on both sides; where e^-x overflows, the result is the right 0.</summary>
    public static float Of(float x) => 1 / (1 + XMath.Exp(-x));

    /// <summary>
    /// As 0.5·tanh(0.5·x) + 0.5: one transcendental function and no division. Accurate to 6e-8 absolutely, not relative to a small result.
    /// </summary>
    public static float ByTanh(float x) => 0.5f * XMath.Tanh(0.5f * x) + 0.5f;
}
