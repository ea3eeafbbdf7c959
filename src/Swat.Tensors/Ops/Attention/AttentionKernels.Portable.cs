using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention;

internal static partial class AttentionKernels
{
    private static bool TryForward<TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
        where TSoftmax : struct, IFlag => false;

    private static bool TryBackward<TSoftmax>(
        in AttentionInputs inputs,
        Tensor outputGradient,
        Tensor? logSums,
        Tensor? deltas,
        Tensor? queryGradient,
        Tensor? keyGradient,
        Tensor? valueGradient)
        where TSoftmax : struct, IFlag => false;
}
