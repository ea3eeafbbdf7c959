using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>The attention kernels of <see cref="KernelTier.TensorCore"/>: 16-bit types, softmax or sigmoid.</summary>
internal static class TensorCoreAttention
{
    /// <summary>Least scale by which the slopes are divided, so that both are added before they are multiplied.</summary>
    private const float LeastScale = 1e-6f;

    /// <summary>Computes the output if there is a kernel for the arguments.</summary>
    /// <inheritdoc cref="AttentionKernels.Forward"/>
    public static bool TryForward<TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
        where TSoftmax : struct, IFlag =>
        inputs.Shape.Scale >= LeastScale && inputs.Query.DType switch
        {
            DType.BFloat16 => TensorCoreForward.TryLaunch<BFloat16Fragment, TSoftmax>(inputs, output, logSums),
            DType.Float16 => TensorCoreForward.TryLaunch<Float16Fragment, TSoftmax>(inputs, output, logSums),
            _ => false,
        };

    /// <summary>Computes the gradients if there are kernels for the arguments.</summary>
    /// <inheritdoc cref="AttentionKernels.Backward"/>
    public static bool TryBackward<TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TSoftmax : struct, IFlag =>
        inputs.Shape.Scale >= LeastScale && inputs.Query.DType switch
        {
            DType.BFloat16 => TryBackward<BFloat16Fragment, TSoftmax>(inputs, gradients),
            DType.Float16 => TryBackward<Float16Fragment, TSoftmax>(inputs, gradients),
            _ => false,
        };

    private static bool TryBackward<TElement, TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TElement : struct, IFragmentElement
        where TSoftmax : struct, IFlag =>
        (gradients.Query is null || TensorCoreBackwardQuery.TryLaunch<TElement, TSoftmax>(inputs, gradients))
        && (gradients.Key is null || TensorCoreBackwardKey.TryLaunch<TElement, TSoftmax>(inputs, gradients));
}
