namespace Swat.Tensors.Memory;

/// <summary>A piece of device memory that the pool hands out whole.</summary>
internal sealed class MemoryBlock(BlockPool pool, MemoryBuffer1D<byte, Stride1D.Dense> buffer, long byteCount)
{
    public MemoryBuffer1D<byte, Stride1D.Dense> Buffer { get; } = buffer;

    /// <summary>Where it goes back to.</summary>
    public BlockPool Pool { get; } = pool;

    public long ByteCount { get; } = byteCount;
}
