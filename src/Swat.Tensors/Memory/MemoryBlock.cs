namespace Swat.Tensors.Memory;

/// <summary>A piece of device memory that the pool hands out whole.</summary>
internal sealed class MemoryBlock(MemoryBuffer1D<byte, Stride1D.Dense> buffer, long byteCount)
{
    public MemoryBuffer1D<byte, Stride1D.Dense> Buffer { get; } = buffer;

    public long ByteCount { get; } = byteCount;
}
