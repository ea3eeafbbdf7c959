namespace Swat.Tensors;

public sealed partial class TensorDevice
{
    internal void Read<T>(ArrayView<T> source, T[] target)
        where T : unmanaged
    {
        if (target.Length > 0)
            source.CopyToCPU(Accelerator.DefaultStream, target);
    }

    internal unsafe void Write<T>(ArrayView<T> target, ReadOnlySpan<T> source)
        where T : unmanaged
    {
        if (source.Length == 0)
            return;
        fixed (T* first = source)
            target.CopyFromCPU(Accelerator.DefaultStream, ref *first, source.Length);
    }
}
