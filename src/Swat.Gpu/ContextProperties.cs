namespace Swat.Gpu;

/// <summary>The options of a context; set through <see cref="Context.Builder"/>.</summary>
public class ContextProperties
{
    private protected ContextProperties()
    {
    }

    public OptimizationLevel OptimizationLevel { get; private protected set; } = OptimizationLevel.Release;

    public MathMode MathMode { get; private protected set; }

    public bool EnableProfiling { get; private protected set; }

    /// <summary>Where compiled kernels are kept for later processes; null for nowhere.</summary>
    public string? KernelCacheDirectory { get; private protected set; }
}
