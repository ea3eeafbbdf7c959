namespace Swat.Model.Generation;

/// <summary>The extents that the kernels of <see cref="RingAttention"/> work with, passed by value.</summary>
internal readonly struct RingShape
{
    /// <summary>Tokens of each sequence in this call.</summary>
    public int Length { get; init; }

    /// <summary>Positions that a ring holds.</summary>
    public int Capacity { get; init; }

    /// <summary>Positions that a query sees at most, its own included.</summary>
    public int Window { get; init; }

    public int Heads { get; init; }

    public int KeyHeads { get; init; }

    public int HeadDim { get; init; }

    /// <summary>Not 0: there is a slope for each head.</summary>
    public int HasSlopes { get; init; }

    /// <summary>1/√head_dim.</summary>
    public float Scale { get; init; }
}
