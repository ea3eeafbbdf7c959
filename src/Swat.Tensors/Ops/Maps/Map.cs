using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Maps;

/// <summary>y = f(x), element by element, from one storage type to another. Reads n elements, writes n.</summary>
internal static class Map
{
    /// <param name="operation">For messages.</param>
    /// <param name="x">A floating-point tensor.</param>
    /// <param name="y">As many elements; may be x itself.</param>
    /// <param name="first">A constant of the function.</param>
    /// <param name="second">A constant of the function.</param>
    public static void Launch<TFunction>(string operation, Tensor x, Tensor y, float first = 0, float second = 0)
        where TFunction : struct, IMap
    {
        if (x.Count > 0)
            ElementTypes.Select(operation, x.DType, From<F32, TFunction>, From<BF16, TFunction>, From<F16, TFunction>)(operation, x, y, first, second);
    }

    private static void From<T, TFunction>(string operation, Tensor x, Tensor y, float first, float second)
        where T : unmanaged, IElement<T>
        where TFunction : struct, IMap =>
        ElementTypes.Select(operation, y.DType, Launch<T, F32, TFunction>, Launch<T, BF16, TFunction>, Launch<T, F16, TFunction>)(x, y, first, second);

    private static void Launch<T, TResult, TFunction>(Tensor x, Tensor y, float first, float second)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
        where TFunction : struct, IMap
    {
        var kernel = PackedGroup.Choose<Action<ArrayView<T>, ArrayView<TResult>, float, float>>(
            [x, y],
            Kernel<T, TResult, TFunction, C1>,
            Kernel<T, TResult, TFunction, C4>,
            Kernel<T, TResult, TFunction, C8>);
        x.Device.Launch(kernel, PackedGroup.Config(x.Count), x.View<T>(), y.View<TResult>(), first, second);
    }

    private static void Kernel<T, TResult, TFunction, TPack>(ArrayView<T> x, ArrayView<TResult> y, float first, float second)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
        where TFunction : struct, IMap
        where TPack : struct, IConstant
    {
        var start = PackedGroup.Start();
        var count = PackedGroup.Count(x.Length);
        var source = x.SubView(start, count);
        var target = y.SubView(start, count);
        if (TPack.Value > 1 && count == PackedGroup.Elements)
        {
            var values = LocalMemory.Allocate<float>(PackedGroup.PerItem);
            PackedGroup.Load<T, TPack>(source, values);
            for (var i = 0; i < PackedGroup.PerItem; i++)
                values[i] = TFunction.Value(values[i], first, second);
            PackedGroup.Store<TResult, TPack>(target, values);
        }
        else
        {
            var i = 0;
            for (; i + PackedGroup.Size <= count; i += PackedGroup.Size)
                Element<T, TResult, TFunction>(source, target, i + Group.IdxX, first, second);
            if (i + Group.IdxX < count)
                Element<T, TResult, TFunction>(source, target, i + Group.IdxX, first, second);
        }
    }

    private static void Element<T, TResult, TFunction>(ArrayView<T> x, ArrayView<TResult> y, int i, float first, float second)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
        where TFunction : struct, IMap => y[i] = TResult.FromFloat(TFunction.Value(T.ToFloat(x[i]), first, second));
}
