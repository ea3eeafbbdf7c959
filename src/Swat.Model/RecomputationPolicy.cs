namespace Swat.Model;

/// <summary>What the backward pass computes again instead of finding it in memory.</summary>
public enum RecomputationPolicy
{
    /// <summary>Nothing: the fastest.</summary>
    None,

    /// <summary>What is cheap to compute and large: the outputs of norms and of the gated activation. A quarter less memory for a few percent more time.</summary>
    Norms,

    /// <summary>Each layer from its input: a third more work, and memory for one layer at a time.</summary>
    Layers,
}
