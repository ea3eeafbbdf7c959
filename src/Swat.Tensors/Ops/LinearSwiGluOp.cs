using Swat.Tensors.Ops.MatrixProducts;

namespace Swat.Tensors.Ops;

/// <summary>
/// The first half of Llama's feed-forward layer: <see cref="JointSwiGluOp"/> of <see cref="LinearOp"/>, y = silu(x·Gᵀ)·(x·Uᵀ) with G and U
/// the halves of one weight.
/// <para>
/// Where the device's matrix units take the extents, one kernel writes both the projection, which the derivative reads, and y, which
/// it computes from the projection's sums while it has them: n x 2·width elements are written and not read again. It rounds the sums as
/// they are stored before it gates them: y has the bits that gating the stored projection gives. The projection has those of a plain
/// product, but for elements of which only one of the two cuts the sum along k (<c>TileSchedule</c>).
/// </para>
/// <para>
/// Recorded as the two operations that it consists of: their derivatives, what they save and what may be computed again are theirs.
/// </para>
/// </summary>
public static class LinearSwiGluOp
{
    /// <summary>silu(first half)·second half of x·weightᵀ, over the innermost dimension.</summary>
    /// <param name="x">[…, in].</param>
    /// <param name="weight">[2·width, in], the gates' rows before the ups', of the type of x or Float32.</param>
    /// <returns>[…, width], of the type of x.</returns>
    public static Tensor LinearSwiGlu(this Tensor x, Tensor weight)
    {
        var (rows, outputs, inputs) = LinearOp.Extents(x, weight);
        if (outputs % 2 != 0)
            throw new ArgumentException($"linear: the weight {weight.Shape} must have rows for gates and as many for what they gate");
        using var joint = Tensor.Empty(x.Device, x.Shape[..^1].Append(outputs), x.DType);
        var y = Tensor.Empty(x.Device, x.Shape[..^1].Append(outputs / 2), x.DType);
        var factor = weight.ConvertedTo(x.DType);
        var shape = new MatMulShape(rows, outputs, inputs);
        if (!MatrixProduct.TryLaunchGated(x, factor, joint, y, shape))
        {
            MatrixProduct.Launch(x, false, factor, true, joint, shape);
            JointSwiGluOp.Launch(joint, y);
        }

        LinearOp.Record(x, weight, null, factor, joint);
        return JointSwiGluOp.Record(joint, y);
    }
}
