using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Losses;

/// <summary>
/// Cross entropy for every device and number of classes. 128 work items share a row; the forward kernel reads it twice, the second time
/// from the cache.
/// </summary>
internal static class StreamedCrossEntropy
{
    private const int Lanes = 128;

    /// <inheritdoc cref="CrossEntropyKernels.Forward"/>
    public static void Forward(Tensor logits, Tensor targets, Tensor statistics, Tensor losses, int ignoreIndex) =>
        ElementTypes.Select("cross_entropy", logits.DType, LaunchForward<F32>, LaunchForward<BF16>, LaunchForward<F16>)(
            logits,
            targets,
            statistics,
            losses,
            ignoreIndex);

    /// <inheritdoc cref="CrossEntropyKernels.Backward"/>
    public static void Backward(Tensor logits, Tensor targets, Tensor statistics, Tensor factor, Tensor upstream, Tensor gradient, int ignoreIndex) =>
        ElementTypes.Select("cross_entropy", logits.DType, LaunchBackward<F32>, LaunchBackward<BF16>, LaunchBackward<F16>)(
            logits,
            targets,
            statistics,
            factor,
            upstream,
            gradient,
            ignoreIndex);

    private static void LaunchForward<T>(Tensor logits, Tensor targets, Tensor statistics, Tensor losses, int ignoreIndex)
        where T : unmanaged, IElement<T> =>
        logits.Device.Launch(
            ForwardKernel<T>,
            ((int)targets.Count, Lanes),
            logits.View<T>(),
            targets.View<int>(),
            statistics.View<float>(),
            losses.View<float>(),
            logits.Shape[^1],
            ignoreIndex);

    private static void LaunchBackward<T>(
        Tensor logits,
        Tensor targets,
        Tensor statistics,
        Tensor factor,
        Tensor upstream,
        Tensor gradient,
        int ignoreIndex)
        where T : unmanaged, IElement<T> =>
        logits.Device.Launch(
            BackwardKernel<T>,
            ((int)targets.Count, Lanes),
            logits.View<T>(),
            targets.View<int>(),
            statistics.View<float>(),
            factor.View<float>(),
            upstream.View<float>(),
            gradient.View<T>(),
            logits.Shape[^1],
            ignoreIndex);

    private static void ForwardKernel<T>(
        ArrayView<T> logits,
        ArrayView<int> targets,
        ArrayView<float> statistics,
        ArrayView<float> losses,
        int classes,
        int ignoreIndex)
        where T : unmanaged, IElement<T>
    {
        var shared = SharedMemory.Allocate<float>(Lanes);
        var row = Grid.IdxX;
        var source = logits.SubView((long)row * classes, classes);
        var max = float.NegativeInfinity;
        var start = 0;
        for (; start + Lanes <= classes; start += Lanes)
            max = XMath.Max(max, T.ToFloat(source[start + Group.IdxX]));
        if (start + Group.IdxX < classes)
            max = XMath.Max(max, T.ToFloat(source[start + Group.IdxX]));
        max = GroupReduction.RowMax(shared, Lanes, max);

        var sum = 0f;
        for (start = 0; start + Lanes <= classes; start += Lanes)
            sum += MathF.Exp(T.ToFloat(source[start + Group.IdxX]) - max);
        if (start + Group.IdxX < classes)
            sum += MathF.Exp(T.ToFloat(source[start + Group.IdxX]) - max);
        sum = GroupReduction.RowSum(shared, Lanes, sum);

        if (Group.IdxX == 0)
        {
            var target = targets[row];
            statistics[2 * row] = max;
            statistics[2 * row + 1] = sum;
            losses[row] = target == ignoreIndex
                ? 0f
                : CrossEntropyKernels.Loss(T.ToFloat(source[XMath.Clamp(target, 0, classes - 1)]), max, sum, target, classes);
        }
    }

    private static void BackwardKernel<T>(
        ArrayView<T> logits,
        ArrayView<int> targets,
        ArrayView<float> statistics,
        ArrayView<float> factor,
        ArrayView<float> upstream,
        ArrayView<T> gradient,
        int classes,
        int ignoreIndex)
        where T : unmanaged, IElement<T>
    {
        var row = Grid.IdxX;
        var source = logits.SubView((long)row * classes, classes);
        var result = gradient.SubView((long)row * classes, classes);
        var target = targets[row];
        var max = statistics[2 * row];
        var inverseSum = 1 / statistics[2 * row + 1];
        var scale = target == ignoreIndex ? 0f : factor[0] * upstream[0];
        var start = 0;
        for (; start + Lanes <= classes; start += Lanes)
            BackwardElement(source, result, start + Group.IdxX, target, max, inverseSum, scale);
        if (start + Group.IdxX < classes)
            BackwardElement(source, result, start + Group.IdxX, target, max, inverseSum, scale);
    }

    private static void BackwardElement<T>(
        ArrayView<T> logits,
        ArrayView<T> gradient,
        int column,
        int target,
        float max,
        float inverseSum,
        float scale)
        where T : unmanaged, IElement<T>
    {
        var probability = MathF.Exp(T.ToFloat(logits[column]) - max) * inverseSum;
        gradient[column] = T.FromFloat(scale * (probability - (column == target ? 1f : 0f)));
    }
}
