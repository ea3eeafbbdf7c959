namespace Swat.Tensors.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).
/// <para>
/// m = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; p = p·(1 - lr·decay) - lr·(m/(1-β1^t))/(√(v/(1-β2^t)) + ε).
/// </para>
/// </summary>
public sealed class AdamW : IDisposable
{
    public AdamW(IEnumerable<ParameterGroup> groups, AdamWOptions? options = null)
    {
        Options = options ?? new AdamWOptions();
        States = [.. groups.SelectMany(group => group.Parameters.Select(parameter => new AdamWState(parameter, group.WeightDecay)))];
    }

    public AdamWOptions Options { get; }

    /// <summary>The running means of each parameter, for checkpoints.</summary>
    public IReadOnlyList<AdamWState> States { get; }

    /// <summary>Steps taken so far: t of the bias correction. Set when a checkpoint is read.</summary>
    public long StepCount { get; set; }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="gradientFactor">
    /// One number on the device that every gradient is multiplied by first, such as <see cref="GradientNorm.ClipFactor"/>; null: 1. The
    /// host does not read it.
    /// </param>
    public void Step(float learningRate, Tensor? gradientFactor = null) => throw new NotImplementedException();

    /// <summary>Forgets the gradients of all parameters; see <see cref="Tensor.ZeroGrad"/>.</summary>
    public void ZeroGrad()
    {
        foreach (var state in States)
            state.Parameter.ZeroGrad();
    }

    /// <summary>Returns the memory of the running means. The parameters stay.</summary>
    public void Dispose()
    {
        foreach (var state in States)
            state.Dispose();
    }
}
