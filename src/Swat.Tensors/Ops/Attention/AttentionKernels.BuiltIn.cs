using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.Attention.Hopper;
using Swat.Tensors.Ops.Attention.TensorCore;

namespace Swat.Tensors.Ops.Attention;

internal static partial class AttentionKernels
{
    private static bool TryForward<TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
        where TSoftmax : struct, IFlag =>
        (inputs.Query.Device.Tier >= KernelTier.Hopper && HopperAttention.TryForward<TSoftmax>(inputs, output, logSums))
        || (inputs.Query.Device.Tier >= KernelTier.TensorCore && TensorCoreAttention.TryForward<TSoftmax>(inputs, output, logSums));

    private static bool TryBackward<TSoftmax>(
        in AttentionInputs inputs,
        Tensor outputGradient,
        Tensor? logSums,
        Tensor? deltas,
        Tensor? queryGradient,
        Tensor? keyGradient,
        Tensor? valueGradient)
        where TSoftmax : struct, IFlag
    {
        var tier = inputs.Query.Device.Tier;
        if (tier >= KernelTier.Hopper
            && HopperAttention.TryBackward<TSoftmax>(inputs, outputGradient, logSums, deltas, queryGradient, keyGradient, valueGradient))
        {
            return true;
        }

        return tier >= KernelTier.TensorCore
            && TensorCoreAttention.TryBackward<TSoftmax>(inputs, outputGradient, logSums, deltas, queryGradient, keyGradient, valueGradient);
    }
}
