namespace Swat.Tensors.Ops;

/// <summary>
/// The same elements under other dimensions: no data moves, the memory is shared.
/// <para>dx is dy under the dimensions of x.</para>
/// </summary>
public static class ReshapeOp
{
    /// <summary>A tensor that shares the memory of <paramref name="x"/>.</summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="shape">The new dimensions; their product is the number of elements of <paramref name="x"/>.</param>
    public static Tensor Reshape(this Tensor x, Shape shape)
    {
        if (shape.Count != x.Count)
            throw new ArgumentException($"reshape: {x.Shape} holds {x.Count} elements and {shape} holds {shape.Count}");
        var y = x.Share(shape);
        x.Device.InnermostScope?.Add(y);
        return Tape.Record("reshape", [x], y, [], context => context.AccumulateShared(0, context.OutputGradient));
    }
}
