namespace Swat.Tensors.Ops.Normalization;

/// <summary>What a forward kernel of the root-mean-square normalisation reads and writes; n rows of a width.</summary>
/// <param name="X">[n, width].</param>
/// <param name="Residual">Added to x first; null: nothing.</param>
/// <param name="Weight">[width], of the type of x or Float32.</param>
/// <param name="Sum">x + residual; null without one.</param>
/// <param name="Y">[n, width].</param>
/// <param name="Scales">Float32 [n]: the inverse root of each row's mean square.</param>
/// <param name="Epsilon">Added to the mean of the squares.</param>
internal sealed record RmsNormForward(Tensor X, Tensor? Residual, Tensor Weight, Tensor? Sum, Tensor Y, Tensor Scales, float Epsilon);
