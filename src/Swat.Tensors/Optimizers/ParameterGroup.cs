namespace Swat.Tensors.Optimizers;

/// <summary>Parameters that an optimizer treats alike.</summary>
/// <param name="Parameters">Tensors whose <see cref="Tensor.RequiresGrad"/> is true.</param>
/// <param name="WeightDecay">Fraction of a parameter that a step with learning rate 1 takes off.</param>
public sealed record ParameterGroup(IReadOnlyList<Tensor> Parameters, float WeightDecay);
