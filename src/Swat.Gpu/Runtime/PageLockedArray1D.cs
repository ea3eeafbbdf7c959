namespace Swat.Gpu.Runtime;

/// <summary>
/// Elements in page-locked host memory: copies between its view and views of device memory run beside the host's work. Synchronise
/// with the stream before reading or reusing it.
/// </summary>
public sealed class PageLockedArray1D<T> : IDisposable
    where T : unmanaged
{
    private readonly PageLockedBuffer buffer;

    internal PageLockedArray1D(Accelerator accelerator, long length, bool uninitialized)
    {
        buffer = new PageLockedBuffer(accelerator, length, ArrayView<T>.ElementSize);
        if (!uninitialized)
            Span.Clear();
    }

    /// <summary>For CopyTo and CopyFrom.</summary>
    public ArrayView<T> ArrayView => new(buffer, 0, buffer.Length, checkRange: true);

    public long Length => buffer.Length;

    public LongIndex1D Extent => new(Length);

    public unsafe Span<T> Span => new((void*)buffer.HostAddress, checked((int)buffer.Length));

    public ref T this[int index] => ref ArrayView[index];

    public ref T this[long index] => ref ArrayView[index];

    public void Dispose() => buffer.Dispose();
}
