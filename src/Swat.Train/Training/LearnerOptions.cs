namespace Swat.Train.Training;

/// <summary>Constants of a training step; the defaults are the paper's (appendix C).</summary>
public sealed record LearnerOptions
{
    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.95;

    public double Epsilon { get; init; } = 1e-8;

    /// <summary>On matrices except the embedding table; norms and biases never decay.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Norm that the whole gradient is clipped to; 0 does not clip.</summary>
    public double Clip { get; init; } = 1.0;

    /// <summary>Record a step once its kernels are compiled, and replay it: a CUDA graph.</summary>
    public bool Record { get; init; }
}
