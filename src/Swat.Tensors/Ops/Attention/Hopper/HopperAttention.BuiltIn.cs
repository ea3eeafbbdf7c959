using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>The attention kernels of <see cref="KernelTier.Hopper"/>: bfloat16 and float16, head dimensions 64 and 128.</summary>
internal static class HopperAttention
{
    /// <summary>Computes the output if there is a kernel for the arguments.</summary>
    /// <inheritdoc cref="AttentionKernels.Forward"/>
    public static bool TryForward<TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums, Tensor? residual)
        where TSoftmax : struct, IFlag
    {
        if (!Fits(inputs))
            return false;
        if (inputs.Query.DType == DType.BFloat16)
            HopperForward.Launch<BFloat16Matrix, TSoftmax>(inputs, output, logSums, residual);
        else
            HopperForward.Launch<Float16Matrix, TSoftmax>(inputs, output, logSums, residual);
        return true;
    }

    /// <summary>Computes the gradients if there are kernels for the arguments.</summary>
    /// <inheritdoc cref="AttentionKernels.Backward"/>
    public static bool TryBackward<TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TSoftmax : struct, IFlag
    {
        if (!Fits(inputs))
            return false;
        if (inputs.Query.DType == DType.BFloat16)
            Backward<BFloat16Matrix, TSoftmax>(inputs, gradients);
        else
            Backward<Float16Matrix, TSoftmax>(inputs, gradients);
        return true;
    }

    private static void Backward<T, TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        if (gradients.Query is not null)
            HopperBackwardQuery.Launch<T, TSoftmax>(inputs, gradients);
        if (gradients.Key is not null)
            HopperBackwardKey.Launch<T, TSoftmax>(inputs, gradients);
    }

    /// <summary>Whether there are kernels for the arguments.</summary>
    public static bool Fits(in AttentionInputs inputs) =>
        inputs.Query.DType is DType.BFloat16 or DType.Float16 && inputs.Query.Shape[3] is 64 or 128;
}
