namespace Swat.Gpu.Algorithms;

/// <summary>Options of the mathematical functions.</summary>
public static class AlgorithmContext
{
    /// <summary>Makes <see cref="XMath"/> available in kernels, which it always is.</summary>
    public static Context.Builder EnableAlgorithms(this Context.Builder builder) => builder;
}
