namespace Swat.Tensors.Optimizers;

/// <summary>An optimizer that keeps one running sum of gradients for each parameter.</summary>
public abstract class MomentumOptimizer : IDisposable
{
    private readonly Velocity[] velocities;

    /// <exception cref="ArgumentException">A parameter does not require a gradient, or the momentum is not in [0, 1).</exception>
    private protected MomentumOptimizer(string name, IEnumerable<ParameterGroup> groups, float momentum)
    {
        if (!(momentum is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "the momentum is at least 0 and below 1");
        Momentum = momentum;
        velocities = Velocity.Of(name, groups);
    }

    /// <summary>μ.</summary>
    public float Momentum { get; }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var velocity in velocities)
            velocity.Parameter.ZeroGrad();
    }

    /// <summary>Returns the memory of the velocities. The parameters stay.</summary>
    public void Dispose()
    {
        foreach (var velocity in velocities)
            velocity.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The parameters that have a gradient to learn from, with it.</summary>
    private protected IEnumerable<(Velocity Velocity, Tensor Gradient)> Due()
    {
        if (velocities.Length == 0)
            yield break;
        using var phase = velocities[0].Parameter.Device.Enter(MemoryPhase.Optimizer);
        foreach (var velocity in velocities)
        {
            if (velocity.Parameter is { Count: > 0, Grad: { } gradient })
                yield return (velocity, gradient);
        }
    }
}
