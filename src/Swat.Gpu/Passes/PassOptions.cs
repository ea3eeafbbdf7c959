namespace Swat.Gpu.Passes;

/// <summary>What the passes may do and how far they go.</summary>
internal sealed record PassOptions
{
    public static PassOptions Default { get; } = new();

    /// <summary>Turn a + b * c into one operation with one rounding.</summary>
    public bool Contract { get; init; } = true;

#if DEBUG
    /// <summary>Check all invariants after every pass.</summary>
    public bool Verify { get; init; } = true;
#else
    /// <summary>Check all invariants after every pass.</summary>
    public bool Verify { get; init; }
#endif
}
