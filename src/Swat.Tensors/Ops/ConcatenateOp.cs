namespace Swat.Tensors.Ops;

/// <summary>
/// Tensors one behind the other along a dimension.
/// <para>The derivative of each is its range of dy. Reads and writes n elements.</para>
/// </summary>
public static class ConcatenateOp
{
    /// <summary>One tensor from several whose other dimensions agree.</summary>
    /// <param name="tensors">At least one, of one type and device.</param>
    /// <param name="dimension">Along which they are joined.</param>
    public static Tensor Concatenate(this IReadOnlyList<Tensor> tensors, Index dimension)
    {
        if (tensors.Count == 0)
            throw new ArgumentException("concatenate: there is no tensor to join");
        var first = tensors[0];
        var axis = Check.Dimension("concatenate", first, dimension);
        var shape = first.Shape.ToArray();
        shape[axis] = 0;
        var starts = new int[tensors.Count];
        for (var i = 0; i < tensors.Count; i++)
        {
            var tensor = tensors[i];
            Check.SameType("concatenate", first, tensor);
            Check.SameDevice("concatenate", first, tensor);
            if (tensor.Shape.Rank != shape.Length || tensor.Shape[..axis] != first.Shape[..axis] || tensor.Shape[(axis + 1)..] != first.Shape[(axis + 1)..])
                throw new ArgumentException($"concatenate: {first.Shape} and {tensor.Shape} may differ in dimension {axis} alone");
            starts[i] = shape[axis];
            shape[axis] = checked(shape[axis] + tensor.Shape[axis]);
        }

        var y = Tensor.Empty(first.Device, new Shape(shape), first.DType);
        var strides = Strides.Contiguous(y.Shape);
        for (var i = 0; i < tensors.Count; i++)
            StridedCopy.Scatter("concatenate", tensors[i], y, starts[i] * strides[axis], strides);
        return Tape.Record("concatenate", tensors.ToArray(), y, [], context =>
        {
            for (var i = 0; i < starts.Length; i++)
            {
                if (!context.Needs(i))
                    continue;
                var dx = Tensor.Empty(context.Device, context.InputShape(i), context.InputType(i));
                StridedCopy.Gather("concatenate", context.OutputGradient, starts[i] * strides[axis], strides, dx);
                context.Accumulate(i, dx);
            }
        });
    }
}
