using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Maps;

/// <summary>y = f(a, b), element by element, of tensors of one storage type. Reads 2n elements, writes n.</summary>
internal static class Zip
{
    /// <param name="operation">For messages.</param>
    /// <param name="a">A floating-point tensor.</param>
    /// <param name="b">Like a.</param>
    /// <param name="y">Like a; may be a or b itself.</param>
    /// <param name="first">A constant of the function.</param>
    /// <param name="second">A constant of the function.</param>
    public static void Launch<TFunction>(string operation, Tensor a, Tensor b, Tensor y, float first = 0, float second = 0)
        where TFunction : struct, IZip
    {
        if (a.Count > 0)
        {
            ElementTypes.Select(operation, a.DType, LaunchTyped<F32, TFunction>, LaunchTyped<BF16, TFunction>, LaunchTyped<F16, TFunction>)(
                a, b, y, first, second);
        }
    }

    private static void LaunchTyped<T, TFunction>(Tensor a, Tensor b, Tensor y, float first, float second)
        where T : unmanaged, IElement<T>
        where TFunction : struct, IZip
    {
        var kernel = PackedGroup.Choose<Action<ArrayView<T>, ArrayView<T>, ArrayView<T>, float, float>>(
            [a, b, y],
            Kernel<T, TFunction, C1>,
            Kernel<T, TFunction, C4>,
            Kernel<T, TFunction, C8>);
        a.Device.Launch(kernel, PackedGroup.Config(a.Count), a.View<T>(), b.View<T>(), y.View<T>(), first, second);
    }

    private static void Kernel<T, TFunction, TPack>(ArrayView<T> a, ArrayView<T> b, ArrayView<T> y, float first, float second)
        where T : unmanaged, IElement<T>
        where TFunction : struct, IZip
        where TPack : struct, IConstant
    {
        var start = PackedGroup.Start();
        var count = PackedGroup.Count(y.Length);
        var left = a.SubView(start, count);
        var right = b.SubView(start, count);
        var target = y.SubView(start, count);
        if (TPack.Value > 1 && count == PackedGroup.Elements)
        {
            var values = LocalMemory.Allocate<float>(PackedGroup.PerItem);
            var others = LocalMemory.Allocate<float>(PackedGroup.PerItem);
            PackedGroup.Load<T, TPack>(left, values);
            PackedGroup.Load<T, TPack>(right, others);
            for (var i = 0; i < PackedGroup.PerItem; i++)
                values[i] = TFunction.Value(values[i], others[i], first, second);
            PackedGroup.Store<T, TPack>(target, values);
        }
        else
        {
            var i = 0;
            for (; i + PackedGroup.Size <= count; i += PackedGroup.Size)
                Element<T, TFunction>(left, right, target, i + Group.IdxX, first, second);
            if (i + Group.IdxX < count)
                Element<T, TFunction>(left, right, target, i + Group.IdxX, first, second);
        }
    }

    private static void Element<T, TFunction>(ArrayView<T> a, ArrayView<T> b, ArrayView<T> y, int i, float first, float second)
        where T : unmanaged, IElement<T>
        where TFunction : struct, IZip => y[i] = T.FromFloat(TFunction.Value(T.ToFloat(a[i]), T.ToFloat(b[i]), first, second));
}
