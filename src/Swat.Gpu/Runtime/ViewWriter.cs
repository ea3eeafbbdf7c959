using System.Runtime.CompilerServices;
using Swat.Gpu.Frontend;

namespace Swat.Gpu.Runtime;

/// <summary>Writes a view's three slots: address, byte offset, length.</summary>
internal static unsafe class ViewWriter<T>
    where T : unmanaged
{
    private static readonly int Alignment = RequiredAlignment();

    public static void Write(byte* destination, ref ArrayView<T> view, Kernel kernel, int parameter)
    {
        var slots = (long*)destination;
        slots[2] = view.Length;
        if (view.Buffer is not { } buffer)
        {
            slots[0] = 0;
            slots[1] = 0;
            return;
        }
        if (buffer.IsDisposed | !ReferenceEquals(buffer.Accelerator, kernel.Accelerator) | buffer.IsHostMemory)
            kernel.CheckBuffer(buffer, parameter);
        long address = buffer.NativePtr;
        var offset = view.ByteOffset;
        if (kernel.PassesMemoryObjects)
        {
            if ((offset & (Alignment - 1)) != 0)
                kernel.ThrowMisaligned(parameter, typeof(T), Alignment, offset);
            slots[0] = address;
            slots[1] = offset;
            return;
        }
        if (((address + offset) & (Alignment - 1)) != 0)
            kernel.ThrowMisaligned(parameter, typeof(T), Alignment, offset);
        slots[0] = address + offset;
        slots[1] = 0;
    }

    public static void Write<TStride>(byte* destination, ref ArrayView1D<T, TStride> view, Kernel kernel, int parameter)
        where TStride : struct, IStride1D
    {
        var baseView = view.BaseView;
        Write(destination, ref baseView, kernel, parameter);
    }

    /// <summary>Structs that load as one vector lie aligned to their size; others as their widest field.</summary>
    private static int RequiredAlignment()
    {
        var shape = TypeShape.Of(typeof(T));
        var leaves = shape.Leaves().Select(l => l.Scalar.Memory).ToArray();
        var isVector = leaves.Length is 2 or 4 or 8 && shape.Size is 4 or 8 or 16 && leaves.Distinct().Count() == 1;
        return isVector ? Unsafe.SizeOf<T>() : Math.Max(1, shape.Alignment);
    }
}
