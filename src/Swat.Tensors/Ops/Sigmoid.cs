namespace Swat.Tensors.Ops;

/// <summary>The logistic function, for kernels.</summary>
internal static class Sigmoid
{
    /// <summary>1/(1 + e^-x), as 0.5·tanh(0.5·x) + 0.5: one transcendental function, no overflow.</summary>
    public static float Of(float x) => 0.5f * XMath.Tanh(0.5f * x) + 0.5f;
}
