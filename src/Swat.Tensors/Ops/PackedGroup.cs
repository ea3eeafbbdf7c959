using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops;

/// <summary>
/// How kernels that treat every element alike divide 2048 consecutive elements among the 256 work items of a group, eight for each: in one
/// pack of eight where all tensors are of 16 bits, in two packs of four, 1024 elements apart, where one is Float32, so that a work item
/// always moves 16 bytes of the wider type at a time. On a processor, and in a group that is not full, it takes single elements, 256 apart.
/// </summary>
internal static class PackedGroup
{
    public const int Size = 256;
    public const int PerItem = 8;
    public const int Elements = Size * PerItem;

    public static KernelConfig Config(long count) => (checked((int)((count + Elements - 1) / Elements)), Size);

    /// <summary>Which of three forms of a kernel suits the tensors: single elements, packs of four, packs of eight.</summary>
    public static TKernel Choose<TKernel>(ReadOnlySpan<Tensor> tensors, TKernel single, TKernel four, TKernel eight)
    {
        if (!Packed.Suits(tensors[0].Device))
            return single;
        var widest = 0;
        foreach (var tensor in tensors)
        {
            if (!tensor.IsAligned)
                return single;
            widest = Math.Max(widest, tensor.DType.Size);
        }

        return widest == sizeof(float) ? four : eight;
    }

    /// <summary>In a kernel: how many of this group's elements exist.</summary>
    public static int Count(long count) => (int)Math.Min(count - Start(), Elements);

    /// <summary>In a kernel: the first element of this group.</summary>
    public static long Start() => (long)Grid.IdxX * Elements;

    /// <summary>In a kernel: reads this work item's eight elements.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <typeparam name="TPack">Elements of a pack: 4 or 8.</typeparam>
    /// <param name="group">2048 elements.</param>
    /// <param name="values">Eight numbers of local memory.</param>
    public static void Load<T, TPack>(ArrayView<T> group, ArrayView<float> values)
        where T : unmanaged, IElement<T>
        where TPack : struct, IConstant
    {
        if (TPack.Value == PerItem)
        {
            Packed.Unpack(group.Cast<Pack8<T>>()[Group.IdxX], values);
        }
        else
        {
            var packs = group.Cast<Pack4<T>>();
            Pack8<T> pack;
            pack.Low = packs[Group.IdxX];
            pack.High = packs[Group.IdxX + Size];
            Packed.Unpack(pack, values);
        }
    }

    /// <summary>In a kernel: writes this work item's eight elements; see <see cref="Load"/>.</summary>
    public static void Store<T, TPack>(ArrayView<T> group, ArrayView<float> values)
        where T : unmanaged, IElement<T>
        where TPack : struct, IConstant
    {
        if (TPack.Value == PerItem)
        {
            var packs = group.Cast<Pack8<T>>();
            packs[Group.IdxX] = Packed.Pack<T>(values);
        }
        else
        {
            var packs = group.Cast<Pack4<T>>();
            var pack = Packed.Pack<T>(values);
            packs[Group.IdxX] = pack.Low;
            packs[Group.IdxX + Size] = pack.High;
        }
    }
}
