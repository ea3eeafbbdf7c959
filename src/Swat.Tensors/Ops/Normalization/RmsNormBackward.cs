namespace Swat.Tensors.Ops.Normalization;

/// <summary>What a backward kernel of the root-mean-square normalisation reads and writes; n rows of a width.</summary>
/// <param name="X">[n, width]: what was normalised.</param>
/// <param name="Weight">[width].</param>
/// <param name="Scales">Float32 [n], of the forward pass.</param>
/// <param name="Dy">[n, width].</param>
/// <param name="Addend">What else is added to dx, which may be its own memory; null: nothing.</param>
/// <param name="Dx">[n, width].</param>
/// <param name="Partial">Float32 [1, m, width]: the m partial sums of the weight's gradient.</param>
internal sealed record RmsNormBackward(Tensor X, Tensor Weight, Tensor Scales, Tensor Dy, Tensor? Addend, Tensor Dx, Tensor Partial);
