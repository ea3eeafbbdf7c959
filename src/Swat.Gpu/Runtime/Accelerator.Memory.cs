namespace Swat.Gpu.Runtime;

public abstract partial class Accelerator
{
    private readonly HashSet<MemoryBuffer> pageLocked = [];

    /// <summary>The allocator: counters, cache, checks for tests.</summary>
    public MemoryPool Memory { get; }

    /// <param name="length">Number of elements; may be 0.</param>
    /// <exception cref="OutOfDeviceMemoryException">The device has no room.</exception>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new MemoryBuffer1D<T, Stride1D.Dense>(this, length);
    }

    internal void Add(PageLockedBuffer buffer)
    {
        lock (sync)
            pageLocked.Add(buffer);
    }

    internal void Remove(PageLockedBuffer buffer)
    {
        lock (sync)
            pageLocked.Remove(buffer);
    }

    private void DisposePageLocked()
    {
        MemoryBuffer[] buffers;
        lock (sync)
            buffers = [.. pageLocked];
        foreach (var buffer in buffers)
            buffer.Dispose();
    }
}
