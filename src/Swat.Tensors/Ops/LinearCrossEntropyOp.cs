using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.Losses;
using Swat.Tensors.Ops.MatrixProducts;

namespace Swat.Tensors.Ops;

/// <summary>
/// The output projection and the cross entropy of its logits, some rows at a time, so that the logits of a long batch never exist whole.
/// <para>logits = x·Wᵀ; loss and dlogits as in <see cref="CrossEntropyOp"/>; dx = dlogits·W; dW = dlogitsᵀ·x.</para>
/// <para>
/// The loss is the end of a computation, so its derivative is known but for a factor as soon as the logits are: where gradients are
/// recorded, the forward pass turns each chunk of logits into n·dlogits in place and takes n·dx and n·dW (added up in Float32) from them;
/// the backward pass multiplies by dloss/n. Three products of rows x classes x width; besides x and W, saves as much as they hold.
/// </para>
/// </summary>
public static class LinearCrossEntropyOp
{
    /// <summary>Rows of logits that exist at a time.</summary>
    public const int DefaultChunkRows = 4096;

    /// <summary>Keeps the parts of x aligned for 16-byte access.</summary>
    private const int ChunkGranularity = 8;

    /// <summary>The mean over rows of -log softmax(x·weightᵀ)[target], in nats.</summary>
    /// <param name="x">[…, width].</param>
    /// <param name="weight">[classes, width], of the type of x or Float32.</param>
    /// <param name="targets">Int32 or Int64 […]. A target that is no class and not ignored makes the loss NaN.</param>
    /// <param name="ignoreIndex">Rows with this target count neither in the sum nor in the number of rows.</param>
    /// <param name="chunkRows">Rows of logits that exist at a time; rounded up to a multiple of 8.</param>
    /// <returns>One number; 0 if every row is ignored.</returns>
    public static Tensor LinearCrossEntropy(
        this Tensor x,
        Tensor weight,
        Tensor targets,
        int ignoreIndex = -100,
        int chunkRows = DefaultChunkRows)
    {
        const string name = "linear_cross_entropy";
        Check.FloatingPoint(name, x);
        Check.FloatingPoint(name, weight);
        using var narrow = WideIndices.Narrow(name, targets);
        targets = narrow ?? targets;
        Check.SameDevice(name, x, weight);
        Check.SameDevice(name, x, targets);
        Check.Rank(name, weight, 2, "[classes, width]");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunkRows);
        if (x.Shape.Rank == 0 || x.Shape[^1] != weight.Shape[1])
            throw new ArgumentException($"{name}: the innermost dimension of x {x.Shape} must be the width of the weight {weight.Shape}");
        if (x.Shape[..^1] != targets.Shape || weight.Shape[0] == 0)
            throw new ArgumentException($"{name}: x {x.Shape} and the weight {weight.Shape} need classes and targets {x.Shape}[..^1], not {targets.Shape}");
        if (weight.DType != x.DType && weight.DType != DType.Float32)
            throw new ArgumentException($"{name}: the weight is {weight.DType}{weight.Shape}; with x {x.DType}{x.Shape} it must be of that type or Float32");

        var device = x.Device;
        var loss = Tensor.Empty(device, []);
        using var inverseCount = Tensor.Empty(device, []);
        using var losses = Tensor.Empty(device, [checked((int)targets.Count)]);
        var records = Tape.Records(x, weight);
        using var dx = records && x.RequiresGrad ? Tensor.Empty(device, x.Shape, x.DType) : null;
        using var dweight = records && weight.RequiresGrad ? Tensor.Empty(device, weight.Shape) : null;
        RunChunks(x, weight.ConvertedTo(x.DType), targets, losses, dx, dweight, ignoreIndex, chunkRows);
        CrossEntropyKernels.Average(losses, targets, loss, inverseCount, ignoreIndex);
        return Tape.Record(name, [x, weight], loss, [inverseCount, dx ?? inverseCount, dweight ?? inverseCount], Backward);
    }

    private static void RunChunks(
        Tensor x,
        Tensor weight,
        Tensor targets,
        Tensor losses,
        Tensor? dx,
        Tensor? dweight,
        int ignoreIndex,
        int chunkRows)
    {
        var rows = (int)targets.Count;
        var (classes, width) = (weight.Shape[0], weight.Shape[1]);
        var size = (int)Math.Min(rows, ((long)chunkRows + ChunkGranularity - 1) / ChunkGranularity * ChunkGranularity);
        using var logits = Tensor.Empty(x.Device, [size, classes], x.DType);
        using var statistics = Tensor.Empty(x.Device, [size, 2]);
        if (rows == 0)
            dweight?.FillWith(0);
        for (var first = 0; first < rows; first += size)
        {
            var count = Math.Min(size, rows - first);
            using var input = x.SharePart((long)first * width, [count, width]);
            using var chunk = logits.SharePart(0, [count, classes]);
            using var chunkTargets = targets.SharePart(first, [count]);
            using var chunkLosses = losses.SharePart(first, [count]);
            MatrixProduct.Launch(input, false, weight, true, chunk, new MatMulShape(count, classes, width));
            if (dx is null && dweight is null)
            {
                CrossEntropyKernels.Forward(chunk, chunkTargets, statistics, chunkLosses, ignoreIndex);
                continue;
            }

            CrossEntropyKernels.ForwardAndBackward(chunk, chunkTargets, statistics, chunkLosses, ignoreIndex);
            if (dweight is not null)
                MatrixProduct.Launch(chunk, true, input, false, dweight, new MatMulShape(classes, width, count, accumulate: first > 0));
            if (dx is not null)
            {
                using var gradient = dx.SharePart((long)first * width, [count, width]);
                MatrixProduct.Launch(chunk, false, weight, false, gradient, new MatMulShape(count, width, classes));
            }
        }
    }

    private static void Backward(BackwardContext context)
    {
        for (var input = 0; input < 2; input++)
        {
            if (!context.Needs(input))
                continue;
            var (target, accumulate) = context.Target(input);
            ScaleByNumbers.Launch(context.Saved(1 + input), context.Saved(0), context.OutputGradient, target, accumulate);
        }
    }
}
