using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention;

internal static partial class AttentionKernels
{
    /// <summary>Whether the kernel for these inputs writes the residual of softmax's output.</summary>
    public static bool KeepsResidual(in AttentionInputs inputs) => false;

    private static bool TryForward<TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums, Tensor? residual)
        where TSoftmax : struct, IFlag => false;

    private static bool TryBackward<TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TSoftmax : struct, IFlag => false;
}
