namespace Swat.Tensors.Ops;

/// <summary>
/// A range of one dimension, copied.
/// <para>y[…, i, …] = x[…, start + i, …]; dx is dy there and 0 elsewhere. Reads and writes the elements of the range.</para>
/// </summary>
public static class SliceOp
{
    /// <summary>The part of a tensor within a range of one dimension: <c>x.Slice(^1, ..64)</c>.</summary>
    public static Tensor Slice(this Tensor x, Index dimension, Range range)
    {
        x.ThrowIfDisposed();
        var axis = Check.Dimension("slice", x, dimension);
        var extent = x.Shape[axis];
        var (start, end) = (range.Start.GetOffset(extent), range.End.GetOffset(extent));
        if (start < 0 || end < start || end > extent)
            throw new ArgumentException($"slice: dimension {axis} of the shape {x.Shape} has no range {range}");
        var shape = x.Shape.ToArray();
        shape[axis] = end - start;
        var strides = Strides.Contiguous(x.Shape);
        var offset = start * strides[axis];
        var y = Tensor.Empty(x.Device, new Shape(shape), x.DType);
        StridedCopy.Gather("slice", x, offset, strides, y);
        return Tape.Record("slice", [x], y, [], context =>
        {
            var dx = Tensor.Zeros(context.Device, context.InputShape(0), context.InputType(0));
            StridedCopy.Scatter("slice", context.OutputGradient, dx, offset, strides);
            context.Accumulate(0, dx);
        });
    }
}
