using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>y = a·b·x, or added to y, where a and b are numbers on the device. Reads n elements (2n to add), writes n.</summary>
internal static class ScaleByNumbers
{
    public static void Launch(Tensor x, Tensor a, Tensor b, Tensor y, bool accumulate)
    {
        if (x.Count == 0)
            return;
        ElementTypes.SelectWithFloat32(
            "scale",
            x.DType == DType.Float32 ? y.DType : x.DType,
            x.DType,
            Launch<F32, F32>,
            Launch<BF16, BF16>,
            Launch<F16, F16>,
            Launch<F32, BF16>,
            Launch<F32, F16>)(x, a, b, y, accumulate);
    }

    private static void Launch<T, TResult>(Tensor x, Tensor a, Tensor b, Tensor y, bool accumulate)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult> =>
        x.Device.Launch(
            Kernel<T, TResult>,
            Elementwise.Config(x.Count),
            x.View<T>(),
            a.View<float>(),
            b.View<float>(),
            y.View<TResult>(),
            accumulate ? 1 : 0);

    private static void Kernel<T, TResult>(ArrayView<T> x, ArrayView<float> a, ArrayView<float> b, ArrayView<TResult> y, int accumulate)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(x.Length);
        var source = x.SubView(start, count);
        var target = y.SubView(start, count);
        var factor = a[0] * b[0];
        for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
        {
            var value = factor * T.ToFloat(source[i]);
            if (accumulate != 0)
                value += TResult.ToFloat(target[i]);
            target[i] = TResult.FromFloat(value);
        }
    }
}
