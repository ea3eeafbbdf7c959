using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Conversion between floating-point types, to the nearest value, ties to even.
/// <para>y = x in another type; dx = dy in the type of x. Reads n elements, writes n.</para>
/// </summary>
public static class ConvertOp
{
    /// <summary>The same numbers in another floating-point type; the tensor itself if it has that type.</summary>
    public static Tensor To(this Tensor x, DType type)
    {
        Check.FloatingPoint("convert", x);
        if (x.DType == type)
            return x;
        var y = Tensor.Empty(x.Device, x.Shape, type);
        Launch(x, y);
        return Tape.Record("convert", [x], y, [], context =>
        {
            var dx = Tensor.Empty(context.Device, context.OutputGradient.Shape, context.InputType(0));
            Launch(context.OutputGradient, dx);
            context.Accumulate(0, dx);
        });
    }

    /// <summary>Converts the elements of one tensor into the memory of another of the same shape.</summary>
    internal static void Launch(Tensor x, Tensor y)
    {
        if (x.Count == 0)
            return;
        ElementTypes.Select("convert", x.DType, From<F32>, From<BF16>, From<F16>)(x, y);
    }

    private static void From<T>(Tensor x, Tensor y)
        where T : unmanaged, IElement<T> =>
        ElementTypes.Select("convert", y.DType, Launch<T, F32>, Launch<T, BF16>, Launch<T, F16>)(x, y);

    private static void Launch<T, TResult>(Tensor x, Tensor y)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult> =>
        x.Device.Launch(Kernel<T, TResult>, Elementwise.Config(x.Count), x.View<T>(), y.View<TResult>());

    private static void Kernel<T, TResult>(ArrayView<T> x, ArrayView<TResult> y)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(x.Length);
        var source = x.SubView(start, count);
        var target = y.SubView(start, count);
        if (count == Elementwise.GroupElements)
        {
            for (var i = 0; i < Elementwise.GroupElements; i += Elementwise.GroupSize)
                target[i + Group.IdxX] = TResult.FromFloat(T.ToFloat(source[i + Group.IdxX]));
        }
        else
        {
            for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
                target[i] = TResult.FromFloat(T.ToFloat(source[i]));
        }
    }
}
