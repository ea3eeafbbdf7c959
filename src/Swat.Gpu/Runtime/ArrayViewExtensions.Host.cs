namespace Swat.Gpu.Runtime;

public static partial class ArrayViewExtensions
{
    /// <summary>Copies <paramref name="length"/> elements that follow the reference to the start of the view.</summary>
    public static unsafe void CopyFromCPU<T>(this ArrayView<T> target, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged
    {
        fixed (T* source = &cpuData)
            CopyFromHost(target, stream, source, length);
    }

    /// <summary>Copies the view's first <paramref name="length"/> elements to those that follow the reference.</summary>
    public static unsafe void CopyToCPU<T>(this ArrayView<T> source, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged
    {
        fixed (T* target = &cpuData)
            CopyToHost(source, stream, target, length);
    }

    /// <summary>Copies all of the span to the start of the view.</summary>
    public static unsafe void CopyFromCPU<T>(this ArrayView<T> target, AcceleratorStream stream, in ReadOnlySpan<T> span)
        where T : unmanaged
    {
        fixed (T* source = span)
            CopyFromHost(target, stream, source, span.Length);
    }

    /// <summary>Fills the span with the view's first elements.</summary>
    public static unsafe void CopyToCPU<T>(this ArrayView<T> source, AcceleratorStream stream, in Span<T> span)
        where T : unmanaged
    {
        fixed (T* target = span)
            CopyToHost(source, stream, target, span.Length);
    }

    /// <inheritdoc cref="CopyFromCPU{T}(ArrayView{T}, AcceleratorStream, ref T, long)"/>
    public static void CopyFromCPU<T>(this ArrayView<T> target, ref T cpuData, long length)
        where T : unmanaged => target.CopyFromCPU(HostCopyStream(target), ref cpuData, length);

    /// <inheritdoc cref="CopyFromCPU{T}(ArrayView{T}, AcceleratorStream, in ReadOnlySpan{T})"/>
    public static void CopyFromCPU<T>(this ArrayView<T> target, in ReadOnlySpan<T> span)
        where T : unmanaged => target.CopyFromCPU(HostCopyStream(target), span);

    /// <summary>Copies all of the array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this ArrayView<T> target, T[] data)
        where T : unmanaged => target.CopyFromCPU(HostCopyStream(target), data);

    /// <summary>Copies all of the array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this ArrayView<T> target, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        target.CopyFromCPU(stream, (ReadOnlySpan<T>)data);
    }

    /// <inheritdoc cref="CopyToCPU{T}(ArrayView{T}, AcceleratorStream, ref T, long)"/>
    public static void CopyToCPU<T>(this ArrayView<T> source, ref T cpuData, long length)
        where T : unmanaged => source.CopyToCPU(HostCopyStream(source), ref cpuData, length);

    /// <inheritdoc cref="CopyToCPU{T}(ArrayView{T}, AcceleratorStream, in Span{T})"/>
    public static void CopyToCPU<T>(this ArrayView<T> source, in Span<T> span)
        where T : unmanaged => source.CopyToCPU(HostCopyStream(source), span);

    /// <summary>Fills the array with the view's first elements.</summary>
    public static void CopyToCPU<T>(this ArrayView<T> source, T[] data)
        where T : unmanaged => source.CopyToCPU(HostCopyStream(source), data);

    /// <summary>Fills the array with the view's first elements.</summary>
    public static void CopyToCPU<T>(this ArrayView<T> source, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        source.CopyToCPU(stream, (Span<T>)data);
    }

    /// <inheritdoc cref="CopyFromCPU{T}(ArrayView{T}, AcceleratorStream, ref T, long)"/>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged => target.BaseView.CopyFromCPU(stream, ref cpuData, length);

    /// <inheritdoc cref="CopyFromCPU{T}(ArrayView{T}, AcceleratorStream, in ReadOnlySpan{T})"/>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, AcceleratorStream stream, in ReadOnlySpan<T> span)
        where T : unmanaged => target.BaseView.CopyFromCPU(stream, span);

    /// <inheritdoc cref="CopyFromCPU{T}(ArrayView{T}, AcceleratorStream, ref T, long)"/>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, ref T cpuData, long length)
        where T : unmanaged => target.BaseView.CopyFromCPU(HostCopyStream(target.BaseView), ref cpuData, length);

    /// <inheritdoc cref="CopyFromCPU{T}(ArrayView{T}, AcceleratorStream, in ReadOnlySpan{T})"/>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, in ReadOnlySpan<T> span)
        where T : unmanaged => target.BaseView.CopyFromCPU(HostCopyStream(target.BaseView), span);

    /// <summary>Copies all of the array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, T[] data)
        where T : unmanaged => target.BaseView.CopyFromCPU(HostCopyStream(target.BaseView), data);

    /// <summary>Copies all of the array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        target.BaseView.CopyFromCPU(stream, (ReadOnlySpan<T>)data);
    }

    /// <inheritdoc cref="CopyToCPU{T}(ArrayView{T}, AcceleratorStream, ref T, long)"/>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged => source.BaseView.CopyToCPU(stream, ref cpuData, length);

    /// <inheritdoc cref="CopyToCPU{T}(ArrayView{T}, AcceleratorStream, in Span{T})"/>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, AcceleratorStream stream, in Span<T> span)
        where T : unmanaged => source.BaseView.CopyToCPU(stream, span);

    /// <inheritdoc cref="CopyToCPU{T}(ArrayView{T}, AcceleratorStream, ref T, long)"/>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, ref T cpuData, long length)
        where T : unmanaged => source.BaseView.CopyToCPU(HostCopyStream(source.BaseView), ref cpuData, length);

    /// <inheritdoc cref="CopyToCPU{T}(ArrayView{T}, AcceleratorStream, in Span{T})"/>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, in Span<T> span)
        where T : unmanaged => source.BaseView.CopyToCPU(HostCopyStream(source.BaseView), span);

    /// <summary>Fills the array with the view's first elements.</summary>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, T[] data)
        where T : unmanaged => source.BaseView.CopyToCPU(HostCopyStream(source.BaseView), data);

    /// <summary>Fills the array with the view's first elements.</summary>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        source.BaseView.CopyToCPU(stream, (Span<T>)data);
    }

    /// <inheritdoc cref="CopyFromCPU{T}(ArrayView{T}, AcceleratorStream, ref T, long)"/>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> target, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged => target.View.BaseView.CopyFromCPU(stream, ref cpuData, length);

    /// <inheritdoc cref="CopyFromCPU{T}(ArrayView{T}, AcceleratorStream, in ReadOnlySpan{T})"/>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> target, AcceleratorStream stream, in ReadOnlySpan<T> span)
        where T : unmanaged => target.View.BaseView.CopyFromCPU(stream, span);

    /// <inheritdoc cref="CopyFromCPU{T}(ArrayView{T}, AcceleratorStream, ref T, long)"/>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> target, ref T cpuData, long length)
        where T : unmanaged => target.View.BaseView.CopyFromCPU(HostCopyStream(target.View.BaseView), ref cpuData, length);

    /// <inheritdoc cref="CopyFromCPU{T}(ArrayView{T}, AcceleratorStream, in ReadOnlySpan{T})"/>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> target, in ReadOnlySpan<T> span)
        where T : unmanaged => target.View.BaseView.CopyFromCPU(HostCopyStream(target.View.BaseView), span);

    /// <summary>Copies all of the array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> target, T[] data)
        where T : unmanaged => target.View.BaseView.CopyFromCPU(HostCopyStream(target.View.BaseView), data);

    /// <summary>Copies all of the array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> target, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        target.View.BaseView.CopyFromCPU(stream, (ReadOnlySpan<T>)data);
    }

    /// <inheritdoc cref="CopyToCPU{T}(ArrayView{T}, AcceleratorStream, ref T, long)"/>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> source, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged => source.View.BaseView.CopyToCPU(stream, ref cpuData, length);

    /// <inheritdoc cref="CopyToCPU{T}(ArrayView{T}, AcceleratorStream, in Span{T})"/>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> source, AcceleratorStream stream, in Span<T> span)
        where T : unmanaged => source.View.BaseView.CopyToCPU(stream, span);

    /// <inheritdoc cref="CopyToCPU{T}(ArrayView{T}, AcceleratorStream, ref T, long)"/>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> source, ref T cpuData, long length)
        where T : unmanaged => source.View.BaseView.CopyToCPU(HostCopyStream(source.View.BaseView), ref cpuData, length);

    /// <inheritdoc cref="CopyToCPU{T}(ArrayView{T}, AcceleratorStream, in Span{T})"/>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> source, in Span<T> span)
        where T : unmanaged => source.View.BaseView.CopyToCPU(HostCopyStream(source.View.BaseView), span);

    /// <summary>Fills the array with the view's first elements.</summary>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> source, T[] data)
        where T : unmanaged => source.View.BaseView.CopyToCPU(HostCopyStream(source.View.BaseView), data);

    /// <summary>Fills the array with the view's first elements.</summary>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> source, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        source.View.BaseView.CopyToCPU(stream, (Span<T>)data);
    }

    /// <summary>A new array with all elements.</summary>
    public static T[] GetAsArray<T>(this ArrayView<T> view)
        where T : unmanaged => view.GetAsArray(HostCopyStream(view));

    /// <inheritdoc cref="GetAsArray{T}(ArrayView{T})"/>
    public static T[] GetAsArray<T>(this ArrayView<T> view, AcceleratorStream stream)
        where T : unmanaged
    {
        var data = GC.AllocateUninitializedArray<T>(view.IntLength);
        view.CopyToCPU(stream, data);
        return data;
    }

    /// <inheritdoc cref="GetAsArray{T}(ArrayView{T})"/>
    public static T[] GetAsArray1D<T>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged => view.BaseView.GetAsArray();

    /// <inheritdoc cref="GetAsArray{T}(ArrayView{T})"/>
    public static T[] GetAsArray1D<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream)
        where T : unmanaged => view.BaseView.GetAsArray(stream);

    /// <inheritdoc cref="GetAsArray{T}(ArrayView{T})"/>
    public static T[] GetAsArray1D<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer)
        where T : unmanaged => buffer.View.BaseView.GetAsArray();

    /// <inheritdoc cref="GetAsArray{T}(ArrayView{T})"/>
    public static T[] GetAsArray1D<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream)
        where T : unmanaged => buffer.View.BaseView.GetAsArray(stream);

    /// <summary>A new buffer with the array's elements.</summary>
    public static MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(this Accelerator accelerator, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return accelerator.Allocate1D(accelerator.DefaultStream, data);
    }

    /// <summary>A new buffer with the array's elements.</summary>
    public static MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(this Accelerator accelerator, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        ArgumentNullException.ThrowIfNull(data);
        var buffer = accelerator.Allocate1D<T>(data.Length);
        buffer.CopyFromCPU(stream, data);
        return buffer;
    }

    /// <summary>Null for a view of nothing, with which no copy takes place.</summary>
    private static AcceleratorStream HostCopyStream<T>(ArrayView<T> view)
        where T : unmanaged => view.Buffer?.Accelerator.DefaultStream!;

    private static unsafe void CopyFromHost<T>(ArrayView<T> target, AcceleratorStream stream, T* source, long length)
        where T : unmanaged
    {
        CheckLength(target.Length, length);
        if (length == 0)
            return;
        BufferCopy.FromHost(stream, source, target.SubView(0, length).Cast<byte>());
        stream.Synchronize();
    }

    private static unsafe void CopyToHost<T>(ArrayView<T> source, AcceleratorStream stream, T* target, long length)
        where T : unmanaged
    {
        CheckLength(source.Length, length);
        if (length == 0)
            return;
        BufferCopy.ToHost(stream, source.SubView(0, length).Cast<byte>(), target);
        stream.Synchronize();
    }

    private static void CheckLength(long viewLength, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length > viewLength)
            throw new ArgumentOutOfRangeException(nameof(length), $"{length} elements exceed a view of {viewLength} elements.");
    }
}
