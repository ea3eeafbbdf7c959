using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Eight elements a work item, for kernels that are bound by memory: a graphics processor needs its loads and stores to be 16 bytes wide to
/// keep enough of them under way. A processor's work items are lanes of its vectors and want neighbouring elements instead; it takes other
/// kernels.
/// </summary>
public static class Packed
{
    /// <summary>Elements of a <see cref="Pack8{T}"/>.</summary>
    public const int Size = 8;

    /// <summary>Work items that exchange values without shared memory.</summary>
    public const int Lanes = 32;

    /// <summary>Whether a device runs the kernels that take eight elements at a time.</summary>
    public static bool Suits(TensorDevice device) =>
        device.Info.WarpSize % Lanes == 0 && (device.Kind != DeviceKind.Cpu || device.Tier != KernelTier.Portable);

    /// <summary>The elements in groups of eight; those that do not fill a group are left out.</summary>
    public static ArrayView<Pack8<T>> Packs<T>(this Tensor tensor)
        where T : unmanaged => tensor.View<T>().SubView(0, tensor.Count / Size * Size).Cast<Pack8<T>>();

    /// <summary>In a kernel: the eight elements as numbers.</summary>
    /// <param name="pack">What was read.</param>
    /// <param name="values">Eight numbers of local memory.</param>
    public static void Unpack<T>(Pack8<T> pack, ArrayView<float> values)
        where T : unmanaged, IElement<T>
    {
        Unpack(pack.Low, values);
        Unpack(pack.High, values.SubView(Size / 2));
    }

    /// <summary>In a kernel: the four elements as numbers.</summary>
    /// <param name="pack">What was read.</param>
    /// <param name="values">Four numbers of local memory.</param>
    public static void Unpack<T>(Pack4<T> pack, ArrayView<float> values)
        where T : unmanaged, IElement<T>
    {
        values[0] = T.ToFloat(pack.First);
        values[1] = T.ToFloat(pack.Second);
        values[2] = T.ToFloat(pack.Third);
        values[3] = T.ToFloat(pack.Fourth);
    }

    /// <summary>In a kernel: eight numbers of local memory, each rounded to the nearest element.</summary>
    public static Pack8<T> Pack<T>(ArrayView<float> values)
        where T : unmanaged, IElement<T>
    {
        Pack8<T> pack;
        pack.Low = PackFour<T>(values);
        pack.High = PackFour<T>(values.SubView(Size / 2));
        return pack;
    }

    /// <summary>In a kernel: four numbers of local memory, each rounded to the nearest element.</summary>
    public static Pack4<T> PackFour<T>(ArrayView<float> values)
        where T : unmanaged, IElement<T>
    {
        Pack4<T> pack;
        pack.First = T.FromFloat(values[0]);
        pack.Second = T.FromFloat(values[1]);
        pack.Third = T.FromFloat(values[2]);
        pack.Fourth = T.FromFloat(values[3]);
        return pack;
    }

    /// <summary>In a kernel: the sum over 32 work items that differ in the last five bits of their index, for each of them.</summary>
    public static float Sum(float value)
    {
        for (var distance = Lanes / 2; distance > 0; distance /= 2)
            value += Warp.ShuffleXor(value, distance);
        return value;
    }
}
