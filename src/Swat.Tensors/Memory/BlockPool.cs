namespace Swat.Tensors.Memory;

/// <summary>
/// Keeps the memory that tensors return for the next tensor of about the same size, so that a training step allocates nothing once the
/// first one has run. All work of a device runs in one stream, in order: a block may be handed out again while kernels that read its
/// former content are still waiting.
/// </summary>
internal sealed class BlockPool(Accelerator accelerator, string deviceName, long? limit) : IDisposable
{
    private const long SmallGranularity = 512;
    private const long LargeGranularity = 1 << 20;

    private readonly SortedDictionary<long, Stack<MemoryBlock>> free = [];
    private readonly List<long> freeSizes = [];
    private readonly long[] peaks = new long[Enum.GetValues<MemoryPhase>().Length];
    private bool isDisposed;

    public long CurrentBytes { get; private set; }

    public long PeakBytes => peaks.Max();

    /// <summary>What memory is being taken for.</summary>
    public MemoryPhase Phase
    {
        get;
        set
        {
            field = value;
            NotePeak();
        }
    }

    public long ReservedBytes { get; private set; }

    public void ResetPeak()
    {
        Array.Clear(peaks);
        NotePeak();
    }

    public long PeakBytesOf(MemoryPhase phase) => peaks[(int)phase];

    /// <summary>A block of at least this many bytes, with undefined content.</summary>
    /// <exception cref="InsufficientDeviceMemoryException">The device, or the limit, does not hold this much more.</exception>
    public MemoryBlock Rent(long byteCount)
    {
        var size = RoundUp(byteCount);
        var block = TakeFree(size) ?? Allocate(size);
        CurrentBytes += block.ByteCount;
        NotePeak();
        return block;
    }

    public void Return(MemoryBlock block)
    {
        CurrentBytes -= block.ByteCount;
        if (isDisposed)
        {
            block.Buffer.Dispose();
            return;
        }

        if (!free.TryGetValue(block.ByteCount, out var stack))
        {
            free.Add(block.ByteCount, stack = []);
            freeSizes.Insert(~freeSizes.BinarySearch(block.ByteCount), block.ByteCount);
        }

        stack.Push(block);
    }

    /// <summary>Gives the memory that no tensor holds back to the device.</summary>
    public void Trim()
    {
        accelerator.Synchronize();
        foreach (var block in free.Values.SelectMany(stack => stack))
        {
            ReservedBytes -= block.ByteCount;
            block.Buffer.Dispose();
        }

        free.Clear();
        freeSizes.Clear();
    }

    public void Dispose()
    {
        isDisposed = true;
        Trim();
    }

    private void NotePeak() => peaks[(int)Phase] = Math.Max(peaks[(int)Phase], CurrentBytes);

    private static long RoundUp(long byteCount)
    {
        var granularity = byteCount >= LargeGranularity ? LargeGranularity : SmallGranularity;
        return Math.Max(granularity, (byteCount + granularity - 1) / granularity * granularity);
    }

    /// <summary>The smallest waiting block that fits and is at most an eighth too large.</summary>
    private MemoryBlock? TakeFree(long size)
    {
        var index = freeSizes.BinarySearch(size);
        if (index < 0)
            index = ~index;
        for (; index < freeSizes.Count && freeSizes[index] <= size + size / 8; index++)
        {
            if (free[freeSizes[index]].TryPop(out var block))
                return block;
        }

        return null;
    }

    private MemoryBlock Allocate(long size)
    {
        if (limit is { } most && ReservedBytes + size > most)
        {
            Trim();
            if (ReservedBytes + size > most)
                throw Insufficient(size, $"the limit set for it is {most:N0} bytes", null);
        }

        MemoryBuffer1D<byte, Stride1D.Dense> buffer;
        try
        {
            buffer = accelerator.Allocate1D<byte>(size);
        }
        catch (Exception) when (freeSizes.Count > 0)
        {
            Trim();
            try
            {
                buffer = accelerator.Allocate1D<byte>(size);
            }
            catch (Exception inner)
            {
                throw Insufficient(size, $"the device has {accelerator.MemorySize:N0} bytes", inner);
            }
        }
        catch (Exception inner)
        {
            throw Insufficient(size, $"the device has {accelerator.MemorySize:N0} bytes", inner);
        }

        ReservedBytes += size;
        return new MemoryBlock(this, buffer, size);
    }

    private InsufficientDeviceMemoryException Insufficient(long size, string bound, Exception? inner) =>
        new(
            $"device '{deviceName}' cannot hold {size:N0} bytes more: its tensors hold {CurrentBytes:N0} bytes and {bound}. " +
            "Use a smaller batch, a shorter sequence or a smaller model.",
            inner);
}
