using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// A function applied to every element.
/// <para>y = f(x); dx = f'(x)·dy. Saves x. Forward reads n elements and writes n; backward reads 2n and writes n.</para>
/// </summary>
internal static class UnaryOp
{
    public static Tensor Apply<TFunction>(string operation, Tensor x, float first = 0, float second = 0)
        where TFunction : struct, IUnaryFunction
    {
        Check.FloatingPoint(operation, x);
        var y = Tensor.Empty(x.Device, x.Shape, x.DType);
        if (x.Count > 0)
        {
            ElementTypes.Select(
                operation,
                x.DType,
                LaunchForward<F32, TFunction>,
                LaunchForward<BF16, TFunction>,
                LaunchForward<F16, TFunction>)(x, y, first, second);
        }

        return Tape.Record(operation, [x], y, [x], context =>
        {
            var saved = context.Saved(0);
            var gradient = Tensor.Empty(saved.Device, saved.Shape, saved.DType);
            if (saved.Count > 0)
            {
                ElementTypes.Select(
                    operation,
                    saved.DType,
                    LaunchBackward<F32, TFunction>,
                    LaunchBackward<BF16, TFunction>,
                    LaunchBackward<F16, TFunction>)(saved, context.OutputGradient, gradient, first, second);
            }

            context.Accumulate(0, gradient);
        });
    }

    private static void LaunchForward<T, TFunction>(Tensor x, Tensor y, float first, float second)
        where T : unmanaged, IElement<T>
        where TFunction : struct, IUnaryFunction =>
        x.Device.Launch(Forward<T, TFunction>, Elementwise.Config(x.Count), x.View<T>(), y.View<T>(), first, second);

    private static void LaunchBackward<T, TFunction>(Tensor x, Tensor dy, Tensor dx, float first, float second)
        where T : unmanaged, IElement<T>
        where TFunction : struct, IUnaryFunction =>
        x.Device.Launch(Backward<T, TFunction>, Elementwise.Config(x.Count), x.View<T>(), dy.View<T>(), dx.View<T>(), first, second);

    private static void Forward<T, TFunction>(ArrayView<T> x, ArrayView<T> y, float first, float second)
        where T : unmanaged, IElement<T>
        where TFunction : struct, IUnaryFunction
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(x.Length);
        var source = x.SubView(start, count);
        var target = y.SubView(start, count);
        if (count == Elementwise.GroupElements)
        {
            for (var i = 0; i < Elementwise.GroupElements; i += Elementwise.GroupSize)
                target[i + Group.IdxX] = T.FromFloat(TFunction.Value(T.ToFloat(source[i + Group.IdxX]), first, second));
        }
        else
        {
            for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
                target[i] = T.FromFloat(TFunction.Value(T.ToFloat(source[i]), first, second));
        }
    }

    private static void Backward<T, TFunction>(ArrayView<T> x, ArrayView<T> dy, ArrayView<T> dx, float first, float second)
        where T : unmanaged, IElement<T>
        where TFunction : struct, IUnaryFunction
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(x.Length);
        var source = x.SubView(start, count);
        var upstream = dy.SubView(start, count);
        var target = dx.SubView(start, count);
        if (count == Elementwise.GroupElements)
        {
            for (var i = 0; i < Elementwise.GroupElements; i += Elementwise.GroupSize)
                BackwardElement<T, TFunction>(source, upstream, target, i + Group.IdxX, first, second);
        }
        else
        {
            for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
                BackwardElement<T, TFunction>(source, upstream, target, i, first, second);
        }
    }

    private static void BackwardElement<T, TFunction>(
        ArrayView<T> x,
        ArrayView<T> dy,
        ArrayView<T> dx,
        int i,
        float first,
        float second)
        where T : unmanaged, IElement<T>
        where TFunction : struct, IUnaryFunction =>
        dx[i] = T.FromFloat(TFunction.Derivative(T.ToFloat(x[i]), first, second) * T.ToFloat(dy[i]));
}
