using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Mean cross entropy of predicting a class per row, in nats.
/// <para>
/// loss = 1/n·Σ_rows (log s_r + m_r - x[r, target_r]) with m_r = max_c x[r, c] and s_r = Σ_c e^{x[r, c] - m_r}, over the n rows whose
/// target is not ignored; dx[r, c] = dloss/n·(e^{x[r, c] - m_r}/s_r - [c = target_r]), 0 in ignored rows. Maximum and sum are kept apart:
/// their logarithm m + log s, rounded, would carry its absolute error into every probability as a relative one.
/// </para>
/// <para>
/// 128 work items share a row: maximum, sum of exponentials, then one group adds the rows' losses in a fixed order. Statistics in 32-bit
/// floating point. Saves the logits, the targets, m and s, and n. Forward reads the logits twice (the second time from the cache); backward reads
/// them once and writes as much.
/// </para>
/// </summary>
public static class CrossEntropyOp
{
    private const int Lanes = 128;

    /// <summary>The mean over rows of -log softmax(logits)[target], in nats.</summary>
    /// <param name="logits">[…, classes].</param>
    /// <param name="targets">
    /// Int32, the shape of the logits without classes. A target that is no class and not ignored makes the loss NaN.
    /// </param>
    /// <param name="ignoreIndex">Rows with this target count neither in the sum nor in the number of rows.</param>
    /// <returns>One number; 0 if every row is ignored.</returns>
    public static Tensor CrossEntropy(this Tensor logits, Tensor targets, int ignoreIndex = -100)
    {
        Check.FloatingPoint("cross_entropy", logits);
        Check.Type("cross_entropy", targets, DType.Int32);
        Check.SameDevice("cross_entropy", logits, targets);
        if (logits.Shape.Rank == 0 || logits.Shape[..^1] != targets.Shape || logits.Shape[^1] == 0)
            throw new ArgumentException($"cross_entropy: logits {logits.Shape} need targets {logits.Shape}[..^1], not {targets.Shape}");
        var classes = logits.Shape[^1];
        var rows = checked((int)targets.Count);
        var device = logits.Device;
        using var statistics = Tensor.Empty(device, [rows, 2]);
        using var losses = Tensor.Empty(device, [rows]);
        using var inverseCount = Tensor.Empty(device, []);
        var loss = Tensor.Empty(device, []);
        if (rows > 0)
        {
            ElementTypes.Select("cross_entropy", logits.DType, LaunchForward<F32>, LaunchForward<BF16>, LaunchForward<F16>)(
                logits,
                targets,
                statistics,
                losses,
                ignoreIndex);
        }

        device.Launch(
            Average,
            (1, Lanes),
            losses.View<float>(),
            targets.View<int>(),
            loss.View<float>(),
            inverseCount.View<float>(),
            rows,
            ignoreIndex);
        return Tape.Record(
            "cross_entropy",
            [logits],
            loss,
            [logits, targets, statistics, inverseCount],
            context => Backward(context, ignoreIndex));
    }

    private static void Backward(BackwardContext context, int ignoreIndex)
    {
        var logits = context.Saved(0);
        var gradient = Tensor.Empty(logits.Device, logits.Shape, logits.DType);
        if (logits.Count > 0)
        {
            ElementTypes.Select("cross_entropy", logits.DType, LaunchBackward<F32>, LaunchBackward<BF16>, LaunchBackward<F16>)(
                context,
                logits,
                gradient,
                ignoreIndex);
        }

        context.Accumulate(0, gradient);
    }

    private static void LaunchForward<T>(Tensor logits, Tensor targets, Tensor statistics, Tensor losses, int ignoreIndex)
        where T : unmanaged, IElement<T> =>
        logits.Device.Launch(
            Forward<T>,
            ((int)targets.Count, Lanes),
            logits.View<T>(),
            targets.View<int>(),
            statistics.View<float>(),
            losses.View<float>(),
            logits.Shape[^1],
            ignoreIndex);

    private static void LaunchBackward<T>(BackwardContext context, Tensor logits, Tensor gradient, int ignoreIndex)
        where T : unmanaged, IElement<T> =>
        logits.Device.Launch(
            Backward<T>,
            ((int)context.Saved(1).Count, Lanes),
            logits.View<T>(),
            context.Saved(1).View<int>(),
            context.Saved(2).View<float>(),
            context.Saved(3).View<float>(),
            context.OutputGradient.View<float>(),
            gradient.View<T>(),
            logits.Shape[^1],
            ignoreIndex);

    private static void Forward<T>(
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
            var loss = 0f;
            if (target != ignoreIndex)
            {
                var ofTarget = T.ToFloat(source[XMath.Clamp(target, 0, classes - 1)]);
                loss = target >= 0 & target < classes ? max - ofTarget + MathF.Log(sum) : float.NaN;
            }

            statistics[2 * row] = max;
            statistics[2 * row + 1] = sum;
            losses[row] = loss;
        }
    }

    private static void Average(
        ArrayView<float> losses,
        ArrayView<int> targets,
        ArrayView<float> loss,
        ArrayView<float> inverseCount,
        int rows,
        int ignoreIndex)
    {
        var shared = SharedMemory.Allocate<float>(Lanes);
        var sum = 0f;
        var count = 0;
        for (var row = Group.IdxX; row < rows; row += Lanes)
        {
            sum += losses[row];
            count += targets[row] != ignoreIndex ? 1 : 0;
        }

        sum = GroupReduction.RowSum(shared, Lanes, sum);
        // Exact: a work item's count and their sum stay below 2^24.
        var total = GroupReduction.RowSum(shared, Lanes, count);
        if (Group.IdxX == 0)
        {
            var inverse = total > 0 ? 1 / total : 0f;
            loss[0] = sum * inverse;
            inverseCount[0] = inverse;
        }
    }

    private static void Backward<T>(
        ArrayView<T> logits,
        ArrayView<int> targets,
        ArrayView<float> statistics,
        ArrayView<float> inverseCount,
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
        var scale = target == ignoreIndex ? 0f : inverseCount[0] * upstream[0];
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
