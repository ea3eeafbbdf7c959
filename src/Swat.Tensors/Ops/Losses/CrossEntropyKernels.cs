namespace Swat.Tensors.Ops.Losses;

/// <summary>Cross entropy on the kernels that suit the device and the number of classes; rows of logits, a target for each.</summary>
internal static class CrossEntropyKernels
{
    private const int GroupSize = 256;

    /// <summary>The maximum of each row, the sum of its exponentials relative to that, and its loss in nats.</summary>
    /// <param name="logits">[…, classes].</param>
    /// <param name="targets">Int32 [rows].</param>
    /// <param name="statistics">Float32 [rows, 2].</param>
    /// <param name="losses">Float32 [rows]; 0 where the target is ignored.</param>
    /// <param name="ignoreIndex">The target of rows that do not count.</param>
    public static void Forward(Tensor logits, Tensor targets, Tensor statistics, Tensor losses, int ignoreIndex)
    {
        if (targets.Count == 0)
            return;
        if (PackedCrossEntropy.Suits(logits))
            PackedCrossEntropy.Forward(logits, targets, statistics, losses, ignoreIndex);
        else
            StreamedCrossEntropy.Forward(logits, targets, statistics, losses, ignoreIndex);
    }

    /// <summary>The derivative of the summed losses, times two numbers on the device; 0 in ignored rows.</summary>
    public static void Backward(Tensor logits, Tensor targets, Tensor statistics, Tensor factor, Tensor upstream, Tensor gradient, int ignoreIndex)
    {
        if (logits.Count == 0)
            return;
        if (PackedCrossEntropy.Suits(logits))
            PackedCrossEntropy.Backward(logits, targets, statistics, factor, upstream, gradient, ignoreIndex);
        else
            StreamedCrossEntropy.Backward(logits, targets, statistics, factor, upstream, gradient, ignoreIndex);
    }

    /// <summary>As <see cref="Forward"/>, and the derivative of the summed losses in place of the logits.</summary>
    public static void ForwardAndBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor losses, int ignoreIndex)
    {
        if (targets.Count == 0)
            return;
        if (PackedCrossEntropy.Suits(logits))
        {
            PackedCrossEntropy.ForwardAndBackward(logits, targets, statistics, losses, ignoreIndex);
            return;
        }

        StreamedCrossEntropy.Forward(logits, targets, statistics, losses, ignoreIndex);
        using var one = Tensor.Full(logits.Device, [], 1);
        StreamedCrossEntropy.Backward(logits, targets, statistics, one, one, logits, ignoreIndex);
    }

    /// <summary>The mean of the losses and the inverse of the number of rows that count.</summary>
    public static void Average(Tensor losses, Tensor targets, Tensor loss, Tensor inverseCount, int ignoreIndex) =>
        losses.Device.Launch(
            AverageKernel,
            (1, GroupSize),
            losses.View<float>(),
            targets.View<int>(),
            loss.View<float>(),
            inverseCount.View<float>(),
            (int)losses.Count,
            ignoreIndex);

    /// <summary>In a kernel: the loss of a row whose target counts; NaN if it is no class.</summary>
    public static float Loss(float ofTarget, float max, float sum, int target, int classes) =>
        target >= 0 & target < classes ? max - ofTarget + MathF.Log(sum) : float.NaN;

    private static void AverageKernel(
        ArrayView<float> losses,
        ArrayView<int> targets,
        ArrayView<float> loss,
        ArrayView<float> inverseCount,
        int rows,
        int ignoreIndex)
    {
        const int unroll = 8;
        var shared = SharedMemory.Allocate<float>(GroupSize);
        var sum = 0f;
        var count = 0;
        var row = Group.IdxX;
        // Eight at a time: their loads are under way together.
        for (; row + (unroll - 1) * GroupSize < rows; row += unroll * GroupSize)
        {
            for (var i = 0; i < unroll; i++)
            {
                sum += losses[row + i * GroupSize];
                count += targets[row + i * GroupSize] != ignoreIndex ? 1 : 0;
            }
        }

        for (; row < rows; row += GroupSize)
        {
            sum += losses[row];
            count += targets[row] != ignoreIndex ? 1 : 0;
        }

        sum = GroupReduction.RowSum(shared, GroupSize, sum);
        // Exact: a work item's count and their sum stay below 2^24.
        var total = GroupReduction.RowSum(shared, GroupSize, count);
        if (Group.IdxX == 0)
        {
            var inverse = total > 0 ? 1 / total : 0f;
            loss[0] = sum * inverse;
            inverseCount[0] = inverse;
        }
    }
}
