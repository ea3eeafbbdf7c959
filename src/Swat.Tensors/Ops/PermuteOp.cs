namespace Swat.Tensors.Ops;

/// <summary>
/// Reorders dimensions, with a copy.
/// <para>y[i_{p(0)}, i_{p(1)}, …] = x[i_0, i_1, …]; dx is dy reordered back. Reads and writes n elements.</para>
/// </summary>
public static class PermuteOp
{
    /// <summary>Dimension d of the result is dimension order[d] of <paramref name="x"/>.</summary>
    public static Tensor Permute(this Tensor x, params ReadOnlySpan<int> order)
    {
        x.ThrowIfDisposed();
        var rank = x.Shape.Rank;
        var inverse = new int[rank];
        Array.Fill(inverse, -1);
        for (var i = 0; i < order.Length; i++)
        {
            if (order.Length != rank || (uint)order[i] >= (uint)rank || inverse[order[i]] >= 0)
                throw new ArgumentException($"permute: [{string.Join(", ", order.ToArray())}] is no order of the {rank} dimensions of {x.Shape}");
            inverse[order[i]] = i;
        }

        return Tape.Record("permute", [x], Copy(x, order), [], context => context.Accumulate(0, Copy(context.OutputGradient, inverse)));
    }

    /// <summary>Exchanges two dimensions.</summary>
    public static Tensor Transpose(this Tensor x, Index first, Index second)
    {
        var order = new int[x.Shape.Rank];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        var (a, b) = (Check.Dimension("transpose", x, first), Check.Dimension("transpose", x, second));
        (order[a], order[b]) = (order[b], order[a]);
        return x.Permute(order);
    }

    private static Tensor Copy(Tensor x, ReadOnlySpan<int> order)
    {
        var own = Strides.Contiguous(x.Shape);
        var shape = new int[order.Length];
        var strides = new long[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            shape[i] = x.Shape[order[i]];
            strides[i] = own[order[i]];
        }

        var y = Tensor.Empty(x.Device, new Shape(shape), x.DType);
        StridedCopy.Gather("permute", x, 0, strides, y);
        return y;
    }
}
