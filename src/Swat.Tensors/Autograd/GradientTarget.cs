namespace Swat.Tensors.Autograd;

/// <summary>Where a derivative writes the gradient of one input.</summary>
/// <param name="Tensor">Memory of the input's shape; it belongs to the graph.</param>
/// <param name="Accumulate">True: it holds a sum, add to it. False: its content is undefined, overwrite it.</param>
public readonly record struct GradientTarget(Tensor Tensor, bool Accumulate);
