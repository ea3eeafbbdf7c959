namespace Swat.Tensors.Optimizers;

/// <summary>The constants of AdamW. The defaults are those of the paper's training runs.</summary>
public sealed record AdamWOptions
{
    /// <summary>Decay of the running mean of the gradients.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>Decay of the running mean of their squares.</summary>
    public float Beta2 { get; init; } = 0.95f;

    /// <summary>Added to the root of the running mean of the squares.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>
    /// How the running means are stored: Float32, or BFloat16 in half the memory. With BFloat16 a mean of squares stands still where a step
    /// changes it by less than 1/512: take a Beta2 of 0.99 or less.
    /// </summary>
    public DType MomentType { get; init; } = DType.Float32;
}
