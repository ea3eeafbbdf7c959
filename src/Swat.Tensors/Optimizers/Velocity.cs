namespace Swat.Tensors.Optimizers;

/// <summary>The running sum of gradients that an optimizer with momentum keeps for one parameter.</summary>
internal sealed class Velocity : IDisposable
{
    private Velocity(string optimizer, Tensor parameter, float weightDecay)
    {
        if (!parameter.RequiresGrad)
            throw new ArgumentException($"{optimizer}: {parameter} does not require a gradient; set RequiresGrad on parameters");
        Parameter = parameter;
        WeightDecay = weightDecay;
        Value = MemoryScope.Keep(Tensor.Zeros(parameter.Device, parameter.Shape));
    }

    public Tensor Parameter { get; }

    public float WeightDecay { get; }

    /// <summary>Float32, of the parameter's shape.</summary>
    public Tensor Value { get; }

    public static Velocity[] Of(string optimizer, IEnumerable<ParameterGroup> groups) =>
        [.. groups.SelectMany(group => group.Parameters.Select(parameter => new Velocity(optimizer, parameter, group.WeightDecay)))];

    public void Dispose() => Value.Dispose();
}
