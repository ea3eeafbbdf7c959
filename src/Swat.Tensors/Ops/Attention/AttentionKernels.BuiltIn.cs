using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.Attention.Hopper;
using Swat.Tensors.Ops.Attention.TensorCore;

namespace Swat.Tensors.Ops.Attention;

internal static partial class AttentionKernels
{
    /// <summary>Whether the kernel for these inputs writes the residual of softmax's output.</summary>
    public static bool KeepsResidual(in AttentionInputs inputs) =>
        inputs.Query.Device.Tier >= KernelTier.Hopper && HopperAttention.Fits(inputs);

    private static bool TryForward<TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums, Tensor? residual)
        where TSoftmax : struct, IFlag =>
        (inputs.Query.Device.Tier >= KernelTier.Hopper && HopperAttention.TryForward<TSoftmax>(inputs, output, logSums, residual))
        || (inputs.Query.Device.Tier >= KernelTier.TensorCore && TensorCoreAttention.TryForward<TSoftmax>(inputs, output, logSums));

    private static bool TryBackward<TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TSoftmax : struct, IFlag =>
        (inputs.Query.Device.Tier >= KernelTier.Hopper && HopperAttention.TryBackward<TSoftmax>(inputs, gradients))
        || (inputs.Query.Device.Tier >= KernelTier.TensorCore && TensorCoreAttention.TryBackward<TSoftmax>(inputs, gradients));
}
