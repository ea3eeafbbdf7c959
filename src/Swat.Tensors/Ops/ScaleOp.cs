using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Product of a tensor and a number that the host knows.
/// <para>y = factor·x; dx = factor·dy. Reads n elements, writes n.</para>
/// </summary>
public static class ScaleOp
{
    /// <summary>factor·x, element by element.</summary>
    public static Tensor Scale(this Tensor x, float factor) =>
        Tape.Record("scale", [x], Unrecorded(x, factor), [], context => context.Accumulate(0, Unrecorded(context.OutputGradient, factor)));

    internal static Tensor Unrecorded(Tensor x, float factor)
    {
        Check.FloatingPoint("scale", x);
        var y = Tensor.Empty(x.Device, x.Shape, x.DType);
        if (x.Count > 0)
            ElementTypes.Select("scale", x.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(x, y, factor);
        return y;
    }

    private static void Launch<T>(Tensor x, Tensor y, float factor)
        where T : unmanaged, IElement<T> =>
        x.Device.Launch(Kernel<T>, Elementwise.Config(x.Count), x.View<T>(), y.View<T>(), factor);

    private static void Kernel<T>(ArrayView<T> x, ArrayView<T> y, float factor)
        where T : unmanaged, IElement<T>
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(x.Length);
        var source = x.SubView(start, count);
        var target = y.SubView(start, count);
        for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
            target[i] = T.FromFloat(factor * T.ToFloat(source[i]));
    }
}
