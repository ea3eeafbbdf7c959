namespace Swat.Tensors.Ops;

/// <summary>
/// Repeats a tensor along dimensions where it is 1 or that it lacks.
/// <para>y[…, i, …] = x[…, 0, …]; dx = Σ dy over the repeated dimensions. Reads x, writes n elements.</para>
/// </summary>
public static class BroadcastOp
{
    /// <summary>The tensor repeated until it has a shape; dimensions are matched from the innermost outwards.</summary>
    public static Tensor BroadcastTo(this Tensor x, Shape shape)
    {
        if (CommonShape("broadcast_to", x.Shape, shape) != shape)
            throw new ArgumentException($"broadcast_to: {x.Shape} cannot be repeated to {shape}");
        if (x.Shape == shape)
            return x;
        return Tape.Record(
            "broadcast_to",
            [x],
            Unrecorded(x, shape),
            [],
            context => context.Accumulate(0, SumTo(context.OutputGradient.Share(), context.InputShape(0))));
    }

    internal static Tensor Unrecorded(Tensor x, Shape shape)
    {
        var y = Tensor.Empty(x.Device, shape, x.DType);
        StridedCopy.Gather("broadcast_to", x, 0, Strides.Broadcast(x.Shape, shape), y);
        return y;
    }

    /// <summary>The shape that two tensors have together.</summary>
    internal static Shape CommonShape(string operation, Shape a, Shape b)
    {
        var rank = Math.Max(a.Rank, b.Rank);
        Span<int> common = stackalloc int[rank];
        for (var i = 0; i < rank; i++)
        {
            var first = i < rank - a.Rank ? 1 : a[i - (rank - a.Rank)];
            var second = i < rank - b.Rank ? 1 : b[i - (rank - b.Rank)];
            if (first != second && first != 1 && second != 1)
                throw new ArgumentException($"{operation}: the shapes {a} and {b} do not go together; dimensions must agree or be 1");
            common[i] = first == 1 ? second : first;
        }

        return new Shape(common);
    }

    /// <summary>
    /// Sums a gradient over the dimensions along which an input was repeated. Takes the gradient over and returns it, or what it was reduced
    /// to; unknown to tapes.
    /// </summary>
    internal static Tensor SumTo(Tensor gradient, Shape shape)
    {
        var current = gradient;
        // Dimensions from the innermost outwards; each run of repeated ones is summed at once.
        var padding = current.Shape.Rank - shape.Rank;
        var end = current.Shape.Rank;
        var padded = new int[current.Shape.Rank];
        for (var i = 0; i < padded.Length; i++)
            padded[i] = i < padding ? 1 : shape[i - padding];
        while (end > 0)
        {
            if (padded[end - 1] == current.Shape[end - 1])
            {
                end--;
                continue;
            }

            var start = end - 1;
            while (start > 0 && padded[start - 1] == 1)
                start--;
            var reduced = current.Shape.ToArray();
            for (var i = start; i < end; i++)
                reduced[i] = 1;
            var sum = AxisReduction.Sum(current, start, end, new Shape(reduced), 1);
            current.Dispose();
            current = sum;
            end = start;
        }

        if (current.Shape == shape)
            return current;
        var result = current.Share(shape);
        current.Dispose();
        return result;
    }
}
