namespace Swat.Gpu;

/// <summary>What arithmetic may be exchanged for speed.</summary>
public enum MathMode
{
    /// <summary>A multiplication followed by an addition may become one fused operation.</summary>
    Default,

    /// <summary>Every operation rounds by itself, as in C#.</summary>
    Strict,
}
