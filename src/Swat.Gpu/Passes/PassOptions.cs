namespace Swat.Gpu.Passes;

/// <summary>What the passes may do and how far they go.</summary>
internal sealed record PassOptions
{
    public static PassOptions Default { get; } = new();

    /// <summary>Turn a + b * c into one operation with one rounding.</summary>
    public bool Contract { get; init; } = true;

    /// <summary>Join loads of neighbouring elements into vector loads; for targets whose registers are scalar.</summary>
    public bool JoinLoads { get; init; }

    /// <summary>The most instructions that a loop may become by unrolling.</summary>
    public int UnrollLimit { get; init; } = 2048;

    /// <summary>The same for loops that index local arrays by what changes in them.</summary>
    public int LocalArrayUnrollLimit { get; init; } = 16384;

    /// <summary>
    /// Unroll only short loops and those whose own counter indexes local arrays: for processors, which run loops at no cost while the
    /// JIT runs out of registers in long code.
    /// </summary>
    public bool KeepLoops { get; init; }

#if DEBUG
    /// <summary>Check all invariants after every pass.</summary>
    public bool Verify { get; init; } = true;
#else
    /// <summary>Check all invariants after every pass.</summary>
    public bool Verify { get; init; }
#endif
}
