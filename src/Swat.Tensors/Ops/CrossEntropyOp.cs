using Swat.Tensors.Autograd;
using Swat.Tensors.Ops.Losses;

namespace Swat.Tensors.Ops;

/// <summary>
/// Mean cross entropy of predicting a class per row, in nats.
/// <para>
/// loss = 1/n·Σ_rows (log s_r + m_r - x[r, target_r]) with m_r = max_c x[r, c] and s_r = Σ_c e^{x[r, c] - m_r}, over the n rows whose
/// target is not ignored; dx[r, c] = dloss/n·(e^{x[r, c] - m_r}/s_r - [c = target_r]), 0 in ignored rows. Maximum and sum are kept apart:
/// their logarithm m + log s, rounded, would carry its absolute error into every probability as a relative one.
/// </para>
/// <para>
/// One group adds the rows' losses in a fixed order. Statistics in 32-bit floating point. Saves the logits, the targets, m and s, and n.
/// Forward reads the logits; backward reads them and writes as much. <see cref="LinearCrossEntropyOp"/> never holds them whole.
/// </para>
/// </summary>
public static class CrossEntropyOp
{
    /// <summary>The mean over rows of -log softmax(logits)[target], in nats.</summary>
    /// <param name="logits">[…, classes].</param>
    /// <param name="targets">
    /// Int32 or Int64, the shape of the logits without classes. A target that is no class and not ignored makes the loss NaN.
    /// </param>
    /// <param name="ignoreIndex">Rows with this target count neither in the sum nor in the number of rows.</param>
    /// <returns>One number; 0 if every row is ignored.</returns>
    public static Tensor CrossEntropy(this Tensor logits, Tensor targets, int ignoreIndex = -100)
    {
        Check.FloatingPoint("cross_entropy", logits);
        using var narrow = WideIndices.Narrow("cross_entropy", targets);
        targets = narrow ?? targets;
        Check.SameDevice("cross_entropy", logits, targets);
        if (logits.Shape.Rank == 0 || logits.Shape[..^1] != targets.Shape || logits.Shape[^1] == 0)
            throw new ArgumentException($"cross_entropy: logits {logits.Shape} need targets {logits.Shape}[..^1], not {targets.Shape}");
        var rows = checked((int)targets.Count);
        var device = logits.Device;
        using var statistics = Tensor.Empty(device, [rows, 2]);
        using var losses = Tensor.Empty(device, [rows]);
        using var inverseCount = Tensor.Empty(device, []);
        var loss = Tensor.Empty(device, []);
        CrossEntropyKernels.Forward(logits, targets, statistics, losses, ignoreIndex);
        CrossEntropyKernels.Average(losses, targets, loss, inverseCount, ignoreIndex);
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
        CrossEntropyKernels.Backward(
            logits,
            context.Saved(1),
            context.Saved(2),
            context.Saved(3),
            context.OutputGradient,
            gradient,
            ignoreIndex);
        context.Accumulate(0, gradient);
    }
}
