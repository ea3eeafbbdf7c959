using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>Makes all elements of a tensor the same. Writes every element once.</summary>
internal static class Fill
{
    public static void Zero(Tensor tensor)
    {
        if (tensor.Count > 0)
            tensor.Bytes.MemSetToZero(tensor.Device.Accelerator.DefaultStream);
    }

    public static void With(Tensor tensor, float value)
    {
        if (tensor.Count == 0)
            return;
        ElementTypes.Select("fill", tensor.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(tensor, value);
    }

    /// <summary>Sets every byte to 0xFF, which is NaN in each floating-point type and -1 in each integer type.</summary>
    public static void Poison(TensorDevice device, ArrayView<byte> bytes)
    {
        var words = bytes.Cast<int>();
        device.Launch(WordKernel, Elementwise.Config(words.Length), words, -1);
    }

    private static void Launch<T>(Tensor tensor, float value)
        where T : unmanaged, IElement<T> =>
        tensor.Device.Launch(Kernel<T>, Elementwise.Config(tensor.Count), tensor.View<T>(), value);

    private static void Kernel<T>(ArrayView<T> target, float value)
        where T : unmanaged, IElement<T>
    {
        var group = target.SubView(Elementwise.GroupStart(), Elementwise.GroupCount(target.Length));
        var element = T.FromFloat(value);
        for (var i = Group.IdxX; i < group.IntLength; i += Elementwise.GroupSize)
            group[i] = element;
    }

    private static void WordKernel(ArrayView<int> target, int value)
    {
        var group = target.SubView(Elementwise.GroupStart(), Elementwise.GroupCount(target.Length));
        for (var i = Group.IdxX; i < group.IntLength; i += Elementwise.GroupSize)
            group[i] = value;
    }
}
