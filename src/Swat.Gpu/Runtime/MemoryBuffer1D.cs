namespace Swat.Gpu.Runtime;

/// <summary>Elements in the memory of an accelerator. Their content is undefined until it is written.</summary>
public sealed class MemoryBuffer1D<T, TStride> : MemoryBuffer, IContiguousArrayView
    where T : unmanaged
    where TStride : struct, IStride1D
{
    private readonly ArrayView1D<T, TStride> view;

    internal MemoryBuffer1D(Accelerator accelerator, long length)
        : base(accelerator, length, ArrayView<T>.ElementSize) =>
        view = new ArrayView1D<T, TStride>(new ArrayView<T>(this, 0, length, checkRange: false));

    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public ArrayView1D<T, TStride> View
    {
        get
        {
            ThrowIfDisposed();
            return view;
        }
    }

    public LongIndex1D Extent => new(Length);

    public Index1D IntExtent => new(checked((int)Length));

    MemoryBuffer IArrayView.Buffer => this;

    bool IArrayView.IsValid => !IsDisposed && Length > 0;

    long IContiguousArrayView.IndexInBytes => 0;

    public ArrayView<T> AsContiguous() => View.BaseView;

    ArrayView<byte> IContiguousArrayView.AsRawArrayView() => View.BaseView.Cast<byte>();

    public static implicit operator ArrayView1D<T, TStride>(MemoryBuffer1D<T, TStride> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.View;
    }

    public static explicit operator ArrayView<T>(MemoryBuffer1D<T, TStride> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.View.BaseView;
    }
}
