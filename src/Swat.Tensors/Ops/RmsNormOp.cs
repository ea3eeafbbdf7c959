using Swat.Tensors.Autograd;
using Swat.Tensors.Ops.Normalization;

namespace Swat.Tensors.Ops;

/// <summary>
/// Root-mean-square normalisation (Zhang and Sennrich, arXiv 1910.07467) over the innermost dimension, of width w, alone or together with
/// the addition of the residual stream before it.
/// <para>y = g∘x·r with r = 1/√(Σx²/w + ε).</para>
/// <para>dx = r·(g∘dy - x·r²·Σ(g∘dy∘x)/w); dg = Σ_rows dy∘x·r. With a residual, dx is added to the gradient of the sum.</para>
/// <para>
/// Statistics in 32-bit floating point. Saves x (or the sum), g and r (a float per row). Forward reads n elements and writes n, with a
/// residual 2n and 2n; backward reads 2n (with a residual 3n) and writes n on a graphics processor, see <see cref="PackedRmsNorm"/>.
/// </para>
/// </summary>
public static class RmsNormOp
{
    /// <summary>y = weight·x/√(mean(x²) + epsilon) over the innermost dimension.</summary>
    /// <param name="x">[…, width].</param>
    /// <param name="weight">[width], of the type of x or Float32.</param>
    /// <param name="epsilon">Added to the mean of the squares.</param>
    public static Tensor RmsNorm(this Tensor x, Tensor weight, float epsilon = 1e-6f)
    {
        CheckArguments("rms_norm", x, weight);
        var y = Tensor.Empty(x.Device, x.Shape, x.DType);
        using var scales = Scales(x);
        RmsNormKernels.Forward(new RmsNormForward(x, null, weight, null, y, scales, epsilon));
        return Tape.Record("rms_norm", [x, weight], y, [x, weight, scales], Backward, context => Recompute(context, epsilon));
    }

    /// <summary>sum = x + residual and its normalisation, in one pass.</summary>
    /// <param name="x">[…, width]: what a block has computed.</param>
    /// <param name="residual">Like x: what the block has read.</param>
    /// <param name="weight">[width], of the type of x or Float32.</param>
    /// <param name="epsilon">Added to the mean of the squares.</param>
    /// <returns>The sum, for the next residual, and weight·sum/√(mean(sum²) + epsilon).</returns>
    public static (Tensor Sum, Tensor Normalized) AddRmsNorm(this Tensor x, Tensor residual, Tensor weight, float epsilon = 1e-6f)
    {
        CheckArguments("add_rms_norm", x, weight);
        Check.Alike("add_rms_norm", x, residual);
        var sum = Tensor.Empty(x.Device, x.Shape, x.DType);
        var y = Tensor.Empty(x.Device, x.Shape, x.DType);
        using var scales = Scales(x);
        RmsNormKernels.Forward(new RmsNormForward(x, residual, weight, sum, y, scales, epsilon));
        Tape.Record("add_rms_norm", [x, residual, weight], [sum, y], [sum, weight, scales], BackwardOfSum, context => Recompute(context, epsilon));
        return (sum, y);
    }

    private static void CheckArguments(string operation, Tensor x, Tensor weight)
    {
        Check.FloatingPoint(operation, x);
        Check.FloatingPoint(operation, weight);
        Check.SameDevice(operation, x, weight);
        Check.Rank(operation, weight, 1, "[width]");
        if (x.Shape.Rank == 0 || x.Shape[^1] != weight.Shape[0])
            throw new ArgumentException($"{operation}: the innermost dimension of x {x.Shape} must be that of the weight {weight.Shape}");
        if (weight.DType != x.DType && weight.DType != DType.Float32)
            throw new ArgumentException($"{operation}: the weight is {weight.DType}{weight.Shape}; with x {x.DType}{x.Shape} it must be of that type or Float32");
    }

    private static Tensor Scales(Tensor x) => Tensor.Empty(x.Device, [checked((int)x.Shape[..^1].Count)]);

    private static Tensor Recompute(BackwardContext context, float epsilon)
    {
        var x = context.Saved(0);
        var y = Tensor.Empty(x.Device, x.Shape, x.DType);
        using var scales = Scales(x);
        RmsNormKernels.Forward(new RmsNormForward(x, null, context.Saved(1), null, y, scales, epsilon));
        return y;
    }

    private static void Backward(BackwardContext context)
    {
        if (context.Needs(0))
        {
            var (dx, accumulate) = context.Target(0);
            Differentiate(context, context.OutputGradient, accumulate ? dx : null, dx, weightInput: 1);
        }
        else
        {
            using var unused = Tensor.Empty(context.Device, context.Saved(0).Shape, context.Saved(0).DType);
            Differentiate(context, context.OutputGradient, null, unused, weightInput: 1);
        }
    }

    private static void BackwardOfSum(BackwardContext context)
    {
        var ofSum = context.TryOutputGradient(0);
        Tensor gradient;
        if (context.TryOutputGradient(1) is { } dy)
        {
            gradient = Tensor.Empty(context.Device, dy.Shape, dy.DType);
            Differentiate(context, dy, ofSum, gradient, weightInput: 2);
        }
        else
        {
            gradient = ofSum!.Detach();
        }

        // Who takes it last owns it, so that the gradient of a leaf is not copied.
        if (context.Needs(0) && context.Needs(1))
            context.AccumulateShared(1, gradient);
        if (context.Needs(0) || context.Needs(1))
            context.Accumulate(context.Needs(0) ? 0 : 1, gradient);
    }

    private static void Differentiate(BackwardContext context, Tensor dy, Tensor? addend, Tensor dx, int weightInput)
    {
        using var partial = RmsNormKernels.Partial(dx);
        RmsNormKernels.Backward(new RmsNormBackward(context.Saved(0), context.Saved(1), context.Saved(2), dy, addend, dx, partial));
        if (context.Needs(weightInput))
        {
            var (dweight, accumulate) = context.Target(weightInput);
            ColumnSum.Finish(partial, dweight, accumulate);
        }
    }
}
