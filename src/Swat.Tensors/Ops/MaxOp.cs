using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// The largest element along a dimension, and where it is.
/// <para>y[o, i] = max_j x[o, j, i]; dx is dy at the first such j and 0 elsewhere.</para>
/// <para>
/// A work item walks along the dimension for one result: neighbouring work items read neighbouring elements unless the dimension is the
/// innermost. Saves the places. Reads n elements.
/// </para>
/// </summary>
public static class MaxOp
{
    private const int GroupSize = 64;

    /// <summary>The largest elements along a dimension.</summary>
    /// <param name="x">Any floating-point tensor.</param>
    /// <param name="dimension">Which; <c>^1</c> is the innermost.</param>
    /// <param name="keep">True: the dimension stays, as 1.</param>
    public static Tensor Max(this Tensor x, Index dimension, bool keep = false)
    {
        var (axis, kept, dropped) = Check.Reduced("max", x, dimension);
        var (values, places) = Find(x, axis, keep ? kept : dropped);
        using (places)
        {
            return Tape.Record("max", [x], values, [places], context =>
            {
                var dx = Tensor.Zeros(context.Device, context.InputShape(0), context.InputType(0));
                if (dx.Count > 0)
                {
                    ElementTypes.Select("max", dx.DType, LaunchBackward<F32>, LaunchBackward<BF16>, LaunchBackward<F16>)(
                        context.OutputGradient,
                        context.Saved(0),
                        dx,
                        axis);
                }

                context.Accumulate(0, dx);
            });
        }
    }

    /// <summary>The index of the first largest element along a dimension, Int32, without that dimension.</summary>
    public static Tensor ArgMax(this Tensor x, Index dimension)
    {
        var (axis, _, dropped) = Check.Reduced("arg_max", x, dimension);
        var (values, places) = Find(x, axis, dropped);
        values.Dispose();
        return places;
    }

    private static (Tensor Values, Tensor Places) Find(Tensor x, int axis, Shape shape)
    {
        Check.FloatingPoint("max", x);
        if (x.Shape[axis] == 0)
            throw new ArgumentException($"max: dimension {axis} of the shape {x.Shape} has no elements");
        var values = Tensor.Empty(x.Device, shape, x.DType);
        var places = Tensor.Empty(x.Device, shape, DType.Int32);
        if (values.Count > 0)
            ElementTypes.Select("max", x.DType, LaunchForward<F32>, LaunchForward<BF16>, LaunchForward<F16>)(x, values, places, axis);
        return (values, places);
    }

    private static KernelConfig Config(long count) => (checked((int)((count + GroupSize - 1) / GroupSize)), GroupSize);

    private static void LaunchForward<T>(Tensor x, Tensor values, Tensor places, int axis)
        where T : unmanaged, IElement<T> =>
        x.Device.Launch(
            Forward<T>,
            Config(values.Count),
            x.View<T>(),
            values.View<T>(),
            places.View<int>(),
            x.Shape[axis],
            checked((int)x.Shape[(axis + 1)..].Count));

    private static void LaunchBackward<T>(Tensor dy, Tensor places, Tensor dx, int axis)
        where T : unmanaged, IElement<T> =>
        dy.Device.Launch(
            Backward<T>,
            Config(dy.Count),
            dy.View<T>(),
            places.View<int>(),
            dx.View<T>(),
            dx.Shape[axis],
            checked((int)dx.Shape[(axis + 1)..].Count));

    private static void Forward<T>(ArrayView<T> x, ArrayView<T> values, ArrayView<int> places, int extent, int inner)
        where T : unmanaged, IElement<T>
    {
        var result = (long)Grid.IdxX * GroupSize + Group.IdxX;
        if (result >= values.Length)
            return;
        var outer = result / inner;
        var start = outer * extent * inner + (result - outer * inner);
        var best = T.ToFloat(x[start]);
        var place = 0;
        for (var i = 1; i < extent; i++)
        {
            var value = T.ToFloat(x[start + (long)i * inner]);
            if (value > best)
            {
                best = value;
                place = i;
            }
        }

        values[result] = T.FromFloat(best);
        places[result] = place;
    }

    private static void Backward<T>(ArrayView<T> dy, ArrayView<int> places, ArrayView<T> dx, int extent, int inner)
        where T : unmanaged, IElement<T>
    {
        var result = (long)Grid.IdxX * GroupSize + Group.IdxX;
        if (result >= dy.Length)
            return;
        var outer = result / inner;
        dx[(outer * extent + places[result]) * inner + (result - outer * inner)] = dy[result];
    }
}
