namespace Swat.Tensors.Optimizers;

/// <summary>What AdamW keeps for one parameter.</summary>
public sealed class AdamWState : IDisposable
{
    internal AdamWState(Tensor parameter, float weightDecay, DType momentType)
    {
        if (!parameter.RequiresGrad)
            throw new ArgumentException($"AdamW: {parameter} does not require a gradient; set RequiresGrad on parameters");
        Parameter = parameter;
        WeightDecay = weightDecay;
        FirstMoment = MemoryScope.Keep(Tensor.Zeros(parameter.Device, parameter.Shape, momentType));
        SecondMoment = MemoryScope.Keep(Tensor.Zeros(parameter.Device, parameter.Shape, momentType));
    }

    public Tensor Parameter { get; }

    /// <summary>Fraction of the parameter that a step with learning rate 1 takes off.</summary>
    public float WeightDecay { get; }

    /// <summary>Running mean of the gradients, of the parameter's shape.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>Running mean of their squares, of the parameter's shape.</summary>
    public Tensor SecondMoment { get; }

    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
    }
}
