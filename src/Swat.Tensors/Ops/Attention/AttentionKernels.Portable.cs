using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention;

internal static partial class AttentionKernels
{
    private static bool TryForward<TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
        where TSoftmax : struct, IFlag => false;

    private static bool TryBackward<TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TSoftmax : struct, IFlag => false;
}
