using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>The attention kernels of <see cref="KernelTier.Hopper"/>: bfloat16 and float16, head dimensions 64 and 128.</summary>
internal static class HopperAttention
{
    /// <summary>Computes the output if there is a kernel for the arguments.</summary>
    /// <inheritdoc cref="AttentionKernels.Forward"/>
    public static bool TryForward<TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums)
        where TSoftmax : struct, IFlag
    {
        if (!Fits(inputs))
            return false;
        if (inputs.Query.DType == DType.BFloat16)
            HopperForward.Launch<BFloat16Matrix, TSoftmax>(inputs, output, logSums);
        else
            HopperForward.Launch<Float16Matrix, TSoftmax>(inputs, output, logSums);
        return true;
    }

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
        where TSoftmax : struct, IFlag
    {
        if (!Fits(inputs))
            return false;
        if (inputs.Query.DType == DType.BFloat16)
            Backward<BFloat16Matrix, TSoftmax>(inputs, outputGradient, logSums, deltas, queryGradient, keyGradient, valueGradient);
        else
            Backward<Float16Matrix, TSoftmax>(inputs, outputGradient, logSums, deltas, queryGradient, keyGradient, valueGradient);
        return true;
    }

    private static void Backward<T, TSoftmax>(
        in AttentionInputs inputs,
        Tensor outputGradient,
        Tensor? logSums,
        Tensor? deltas,
        Tensor? queryGradient,
        Tensor? keyGradient,
        Tensor? valueGradient)
        where T : struct, IMatrixElement
        where TSoftmax : struct, IFlag
    {
        if (queryGradient is not null)
            HopperBackwardQuery.Launch<T, TSoftmax>(inputs, outputGradient, logSums, deltas, queryGradient);
        if (keyGradient is not null && valueGradient is not null)
            HopperBackwardKey.Launch<T, TSoftmax>(inputs, outputGradient, logSums, deltas, keyGradient, valueGradient);
    }

    private static bool Fits(in AttentionInputs inputs) =>
        inputs.Query.DType is DType.BFloat16 or DType.Float16 && inputs.Query.Shape[3] is 64 or 128;
}
