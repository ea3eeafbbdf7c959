namespace Swat.Tensors.Memory;

/// <summary>
/// The memory behind one or more tensors: handles, reshaped views and what a tape saved share it, and the last one to let go returns it
/// to the pool.
/// </summary>
internal sealed class Storage(TensorDevice device, MemoryBlock block)
{
    private MemoryBlock? block = block;

    public TensorDevice Device { get; } = device;

    public int References { get; private set; } = 1;

    /// <summary>Counts changes in place, so that a backward pass notices that what it saved is no longer what it was.</summary>
    public int Version { get; set; }

    /// <summary>No other handle, view or tape sees this memory.</summary>
    public bool IsExclusive => References == 1;

    public ArrayView<byte> Bytes =>
        block is { } held ? held.Buffer.View : throw new InvalidOperationException("the memory of this tensor was returned to the pool");

    public Storage Share()
    {
        References++;
        return this;
    }

    public void Release()
    {
        if (--References > 0)
            return;
        var returned = block ?? throw new InvalidOperationException("the memory of a tensor was released twice");
        block = null;
        returned.Pool.Return(returned);
    }
}
