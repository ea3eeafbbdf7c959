using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.Attention.Portable;
using Swat.Tensors.Profiling;

namespace Swat.Tensors.Ops.Attention;

/// <summary>Attention on the best kernels that the device has for the arguments; see <see cref="KernelTier"/>.</summary>
internal static partial class AttentionKernels
{
    /// <summary>Computes the output, and for softmax the logarithm of each query's sum of exponentials.</summary>
    /// <param name="inputs">Of at least one query.</param>
    /// <param name="output">As the query.</param>
    /// <param name="logSums">Float32 [batch, heads, length] for softmax; null for sigmoid.</param>
    /// <param name="residual">As the output, which it gets what rounding took from; null unless <see cref="KeepsResidual"/>.</param>
    public static void Forward<TSoftmax>(in AttentionInputs inputs, Tensor output, Tensor? logSums, Tensor? residual = null)
        where TSoftmax : struct, IFlag
    {
        output.Device.Profiler?.Expect(WorkOf(inputs, products: 2, tensors: 1));
        if (!TryForward<TSoftmax>(inputs, output, logSums, residual))
        {
            if (output.Device.Kind == DeviceKind.Cpu)
                AttentionForward.Launch<TSoftmax, LaneLayout>(inputs, output, logSums);
            else
                AttentionForward.Launch<TSoftmax, VectorLayout>(inputs, output, logSums);
        }

        output.Device.Profiler?.Expect(null);
    }

    /// <summary>Computes the gradients that are asked for.</summary>
    /// <param name="inputs">Of at least one query.</param>
    /// <param name="gradients">What is read beside the inputs, and what is written.</param>
    public static void Backward<TSoftmax>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TSoftmax : struct, IFlag
    {
        inputs.Query.Device.Profiler?.Expect(WorkOf(inputs, products: 5, tensors: 2));
        if (!TryBackward<TSoftmax>(inputs, gradients))
        {
            if (inputs.Query.Device.Kind == DeviceKind.Cpu)
                PortableBackward<TSoftmax, LaneLayout>(inputs, gradients);
            else
                PortableBackward<TSoftmax, VectorLayout>(inputs, gradients);
        }

        inputs.Query.Device.Profiler?.Expect(null);
    }

    private static void PortableBackward<TSoftmax, TLayout>(in AttentionInputs inputs, in AttentionGradients gradients)
        where TSoftmax : struct, IFlag
        where TLayout : struct, ITileLayout
    {
        if (gradients.Query is not null)
            AttentionBackwardQuery.Launch<TSoftmax, TLayout>(inputs, gradients);
        if (gradients.Key is not null)
            AttentionBackwardKey.Launch<TSoftmax, TLayout>(inputs, gradients);
    }

    /// <param name="inputs">The extents.</param>
    /// <param name="products">Products of head_dim numbers for each pair of positions within the window.</param>
    /// <param name="tensors">Tensors of the query's size that are moved beside the inputs, a gradient for each input among them if several.</param>
    private static LaunchWork WorkOf(in AttentionInputs inputs, int products, int tensors)
    {
        var (query, key, shape) = (inputs.Query, inputs.Key, inputs.Shape);
        var pairs = shape.Window * (shape.Window + 1.0) / 2 + (shape.Length - shape.Window) * (double)shape.Window;
        var moved = query.ByteCount + 2 * key.ByteCount;
        return new(
            $"{query.Shape[0]}x{shape.Length} window {shape.Window}, {shape.Heads} heads of {query.Shape[3]}",
            2.0 * products * query.Shape[0] * shape.Heads * query.Shape[3] * pairs,
            tensors * moved + query.ByteCount);
    }
}
