using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Losses;

/// <summary>
/// Cross entropy for graphics processors, where the number of classes is a multiple of 8. A group of 256 work items takes a row and reads
/// it once: each work item keeps the maximum of what it has seen and the sum of exponentials relative to it. The derivative then reads
/// the row again, from the cache where the same kernel writes it.
/// </summary>
internal static class PackedCrossEntropy
{
    private const int GroupSize = 256;
    private const int Warps = GroupSize / Packed.Lanes;
    private const int Unroll = 4;

    public static bool Suits(Tensor logits) => Packed.Suits(logits.Device) && logits.Shape[^1] % Packed.Size == 0;

    /// <inheritdoc cref="CrossEntropyKernels.Forward"/>
    public static void Forward(Tensor logits, Tensor targets, Tensor statistics, Tensor losses, int ignoreIndex) =>
        ElementTypes.Select("cross_entropy", logits.DType, LaunchForward<F32, No>, LaunchForward<BF16, No>, LaunchForward<F16, No>)(
            logits,
            targets,
            statistics,
            losses,
            ignoreIndex);

    /// <inheritdoc cref="CrossEntropyKernels.ForwardAndBackward"/>
    public static void ForwardAndBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor losses, int ignoreIndex) =>
        ElementTypes.Select("cross_entropy", logits.DType, LaunchForward<F32, Yes>, LaunchForward<BF16, Yes>, LaunchForward<F16, Yes>)(
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

    private static void LaunchForward<T, TDerivative>(Tensor logits, Tensor targets, Tensor statistics, Tensor losses, int ignoreIndex)
        where T : unmanaged, IElement<T>
        where TDerivative : struct, IFlag =>
        logits.Device.Launch(
            ForwardKernel<T, TDerivative>,
            ((int)targets.Count, GroupSize),
            logits.View<T>(),
            logits.Packs<T>(),
            targets.View<int>(),
            statistics.View<float>(),
            losses.View<float>(),
            logits.Shape[^1] / Packed.Size,
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
            ((int)targets.Count, GroupSize),
            logits.Packs<T>(),
            targets.View<int>(),
            statistics.View<float>(),
            factor.View<float>(),
            upstream.View<float>(),
            gradient.Packs<T>(),
            logits.Shape[^1] / Packed.Size,
            ignoreIndex);

    private static void ForwardKernel<T, TDerivative>(
        ArrayView<T> logits,
        ArrayView<Pack8<T>> packs,
        ArrayView<int> targets,
        ArrayView<float> statistics,
        ArrayView<float> losses,
        int packsPerRow,
        int ignoreIndex)
        where T : unmanaged, IElement<T>
        where TDerivative : struct, IFlag
    {
        var shared = SharedMemory.Allocate<float>(2 * Warps);
        var values = LocalMemory.Allocate<float>(Packed.Size);
        var many = LocalMemory.Allocate<float>(Unroll * Packed.Size);
        var row = Grid.IdxX;
        var classes = packsPerRow * Packed.Size;
        var target = targets[row];
        var ofTarget = T.ToFloat(logits[(long)row * classes + XMath.Clamp(target, 0, classes - 1)]);
        var source = packs.SubView((long)row * packsPerRow, packsPerRow);
        // The least float stands for no maximum: its difference from itself is a number.
        var max = float.MinValue;
        var sum = 0f;
        var pack = Group.IdxX;
        // Four packs at a time: their loads are under way together.
        for (; pack + (Unroll - 1) * GroupSize < packsPerRow; pack += Unroll * GroupSize)
        {
            for (var i = 0; i < Unroll; i++)
                Packed.Unpack(source[pack + i * GroupSize], many.SubView(i * Packed.Size, Packed.Size));
            var larger = max;
            for (var i = 0; i < Unroll * Packed.Size; i++)
                larger = XMath.Max(larger, many[i]);
            sum *= XMath.Exp(max - larger);
            for (var i = 0; i < Unroll * Packed.Size; i++)
                sum += XMath.Exp(many[i] - larger);
            max = larger;
        }

        for (; pack < packsPerRow; pack += GroupSize)
        {
            Packed.Unpack(source[pack], values);
            var larger = max;
            for (var i = 0; i < Packed.Size; i++)
                larger = XMath.Max(larger, values[i]);
            sum *= XMath.Exp(max - larger);
            for (var i = 0; i < Packed.Size; i++)
                sum += XMath.Exp(values[i] - larger);
            max = larger;
        }

        var rowMax = max;
        for (var distance = Packed.Lanes / 2; distance > 0; distance /= 2)
            rowMax = XMath.Max(rowMax, Warp.ShuffleXor(rowMax, distance));
        if (Group.IdxX % Packed.Lanes == 0)
            shared[Group.IdxX / Packed.Lanes] = rowMax;
        Group.Barrier();
        for (var warp = 0; warp < Warps; warp++)
            rowMax = XMath.Max(rowMax, shared[warp]);
        sum = Packed.Sum(sum * XMath.Exp(max - rowMax));
        if (Group.IdxX % Packed.Lanes == 0)
            shared[Warps + Group.IdxX / Packed.Lanes] = sum;
        Group.Barrier();
        sum = 0;
        for (var warp = 0; warp < Warps; warp++)
            sum += shared[Warps + warp];

        if (Group.IdxX == 0)
        {
            statistics[2 * row] = rowMax;
            statistics[2 * row + 1] = sum;
            losses[row] = target == ignoreIndex ? 0f : CrossEntropyKernels.Loss(ofTarget, rowMax, sum, target, classes);
        }

        if (TDerivative.Value)
            Derivative(source, source, values, packsPerRow, target, rowMax, 1 / sum, target == ignoreIndex ? 0f : 1f);
    }

    private static void BackwardKernel<T>(
        ArrayView<Pack8<T>> logits,
        ArrayView<int> targets,
        ArrayView<float> statistics,
        ArrayView<float> factor,
        ArrayView<float> upstream,
        ArrayView<Pack8<T>> gradient,
        int packsPerRow,
        int ignoreIndex)
        where T : unmanaged, IElement<T>
    {
        var values = LocalMemory.Allocate<float>(Packed.Size);
        var row = Grid.IdxX;
        var target = targets[row];
        var max = statistics[2 * row];
        var inverseSum = 1 / statistics[2 * row + 1];
        var scale = target == ignoreIndex ? 0f : factor[0] * upstream[0];
        var source = logits.SubView((long)row * packsPerRow, packsPerRow);
        var result = gradient.SubView((long)row * packsPerRow, packsPerRow);
        Derivative(source, result, values, packsPerRow, target, max, inverseSum, scale);
    }

    private static void Derivative<T>(
        ArrayView<Pack8<T>> logits,
        ArrayView<Pack8<T>> gradient,
        ArrayView<float> values,
        int packsPerRow,
        int target,
        float max,
        float inverseSum,
        float scale)
        where T : unmanaged, IElement<T>
    {
        var factor = scale * inverseSum;
        for (var pack = Group.IdxX; pack < packsPerRow; pack += GroupSize)
        {
            Packed.Unpack(logits[pack], values);
            var place = target - pack * Packed.Size;
            for (var i = 0; i < Packed.Size; i++)
                values[i] = factor * XMath.Exp(values[i] - max) - (place == i ? scale : 0f);
            gradient[pack] = Packed.Pack<T>(values);
        }
    }
}
