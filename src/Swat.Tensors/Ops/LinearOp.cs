using Swat.Tensors.Autograd;
using Swat.Tensors.Ops.MatrixProducts;

namespace Swat.Tensors.Ops;

/// <summary>
/// A linear layer over the innermost dimension, with the weight laid out as PyTorch lays it out.
/// <para>y = x·Wᵀ + b; dx = dy·W; dW = dyᵀ·x; db = Σ_rows dy.</para>
/// <para>
/// With n rows in all outer dimensions, three products of n x in x out; see <see cref="MatMulOp"/>. dW and db are added to what the
/// gradient holds by the kernels themselves. Saves x and W.
/// </para>
/// <para>
/// Mixed precision: with x in a 16-bit type and W in Float32, W is converted once per change and the product computed from the copy; dW
/// and db are accumulated in Float32.
/// </para>
/// </summary>
public static class LinearOp
{
    /// <summary>y = x·weightᵀ + bias over the innermost dimension.</summary>
    /// <param name="x">[…, in].</param>
    /// <param name="weight">[out, in], of the type of x or Float32.</param>
    /// <param name="bias">[out], of the type of x or Float32; null: none.</param>
    /// <returns>[…, out], of the type of x.</returns>
    public static Tensor Linear(this Tensor x, Tensor weight, Tensor? bias = null)
    {
        var (rows, outputs, inputs) = Extents(x, weight);
        if (bias is not null)
        {
            CheckType("linear: the bias", x, bias);
            Check.SameDevice("linear", weight, bias);
            if (bias.Shape != new Shape(outputs))
                throw new ArgumentException($"linear: the bias {bias.Shape} must hold the {outputs} outputs of the weight {weight.Shape}");
        }

        var y = Tensor.Empty(x.Device, x.Shape[..^1].Append(outputs), x.DType);
        var factor = weight.ConvertedTo(x.DType);
        var shape = new MatMulShape(rows, outputs, inputs, HasBias: bias is null ? 0 : 1);
        MatrixProduct.Launch(x, false, factor, true, y, shape, bias?.ConvertedTo(DType.Float32));
        return Record(x, weight, bias, factor, y);
    }

    /// <summary>Checks x and a weight.</summary>
    /// <returns>Rows of x, and the weight's outputs and inputs.</returns>
    internal static (int Rows, int Outputs, int Inputs) Extents(Tensor x, Tensor weight)
    {
        CheckType("linear: the weight", x, weight);
        Check.SameDevice("linear", x, weight);
        Check.Rank("linear", weight, 2, "[out, in]");
        var (outputs, inputs) = (weight.Shape[0], weight.Shape[1]);
        if (x.Shape.Rank == 0 || x.Shape[^1] != inputs)
            throw new ArgumentException($"linear: the innermost dimension of x {x.Shape} must be the {inputs} inputs of the weight {weight.Shape}");
        return (checked((int)x.Shape[..^1].Count), outputs, inputs);
    }

    /// <summary>Records y, which has been computed with <paramref name="factor"/>, the weight in the type of x.</summary>
    internal static Tensor Record(Tensor x, Tensor weight, Tensor? bias, Tensor factor, Tensor y)
    {
        var (rows, outputs, inputs) = ((int)x.Shape[..^1].Count, weight.Shape[0], weight.Shape[1]);
        return Tape.Record("linear", [x, weight, bias], y, [x, factor], context => Backward(context, rows, outputs, inputs));
    }

    private static void CheckType(string what, Tensor x, Tensor parameter)
    {
        x.ThrowIfDisposed();
        parameter.ThrowIfDisposed();
        if (!x.DType.IsFloatingPoint || (parameter.DType != x.DType && parameter.DType != DType.Float32))
            throw new ArgumentException($"{what} is {parameter.DType}{parameter.Shape}; with x {x.DType}{x.Shape} it must be of that type or Float32");
    }

    private static void Backward(BackwardContext context, int rows, int outputs, int inputs)
    {
        var dy = context.OutputGradient;
        if (context.Needs(1))
        {
            var (target, accumulate) = context.Target(1);
            MatrixProduct.Launch(dy, true, context.Saved(0), false, target, new MatMulShape(outputs, inputs, rows, accumulate));
        }

        if (context.Needs(2))
        {
            var (target, accumulate) = context.Target(2);
            ColumnSum.Launch(dy, rows, outputs, target, accumulate);
        }

        if (context.Needs(0))
        {
            var (target, accumulate) = context.Target(0);
            MatrixProduct.Launch(dy, false, context.Saved(1), false, target, new MatMulShape(rows, inputs, outputs, accumulate));
        }
    }
}
