using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>The attention kernels of <see cref="KernelTier.Hopper"/>.</summary>
internal static class HopperAttention
{
    /// <summary>Computes the output if there is a kernel for the arguments.</summary>
    /// <inheritdoc cref="AttentionKernels.Forward"/>
    public static bool TryForward<TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
        where TSoftmax : struct, IFlag => false;

    /// <summary>Computes the gradients if there are kernels for the arguments.</summary>
    /// <inheritdoc cref="AttentionKernels.Backward"/>
    public static bool TryBackward<TSoftmax>(
        in AttentionInputs inputs,
        Tensor outputGradient,
        Tensor? logSums,
        Tensor? deltas,
        Tensor? queryGradient,
        Tensor? keyGradient,
        Tensor? valueGradient)
        where TSoftmax : struct, IFlag => false;
}
