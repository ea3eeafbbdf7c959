using System.Numerics;

namespace Swat.Gpu.Runtime;

/// <summary>
/// Hands out an accelerator's memory. Disposed buffers' blocks are kept by size class and handed on without asking the driver; while
/// several streams run, a block waits until all of them are past the point where its buffer was disposed.
/// </summary>
public sealed class MemoryPool
{
    private const int SmallestBlock = 512;
    private const long LargeBlock = 1 << 20;

    private readonly Accelerator accelerator;
    private readonly Lock sync = new();
    private readonly Dictionary<long, Stack<nint>> free = [];
    private readonly List<PendingBlock> pending = [];
    private readonly HashSet<MemoryBuffer> live = [];
    private CaptureArena? capture;
    private long current;
    private long peak;
    private long reserved;
    private long allocations;
    private long deviceAllocations;

    internal MemoryPool(Accelerator accelerator) => this.accelerator = accelerator;

    /// <summary>
    /// Fills new buffers with bytes 0xFF, which are NaN in every floating-point type and -1 in every integer type, so that reads of
    /// memory that nobody wrote show. For tests.
    /// </summary>
    public bool PoisonNewMemory { get; set; }

    /// <summary>Keeps the call stack of each allocation, for <see cref="DescribeLiveBuffers"/>. For tests.</summary>
    public bool TrackAllocationSites { get; set; }

    public MemoryStatistics Statistics
    {
        get
        {
            lock (sync)
                return new MemoryStatistics(current, peak, reserved, live.Count, allocations, deviceAllocations);
        }
    }

    public void ResetPeak()
    {
        lock (sync)
            peak = current;
    }

    /// <summary>A line for each buffer that is not disposed: its size, element size, and where it was made if that was tracked.</summary>
    public IReadOnlyList<string> DescribeLiveBuffers()
    {
        lock (sync)
            return [.. live.Select(b => b.Describe())];
    }

    /// <summary>Gives all cached blocks back to the device; waits for its work.</summary>
    public void Trim()
    {
        accelerator.Synchronize();
        lock (sync)
            FreeCached();
    }

    /// <summary>Bytes that a buffer of <paramref name="bytes"/> takes: steps of a quarter of a power of two, an eighth from 1 MiB on.</summary>
    internal static long BlockSize(long bytes)
    {
        if (bytes <= SmallestBlock)
            return SmallestBlock;
        var steps = bytes > LargeBlock ? 3 : 2;
        var step = Math.Max(SmallestBlock, 1L << (BitOperations.Log2((ulong)(bytes - 1)) - steps));
        return (bytes + step - 1) / step * step;
    }

    /// <exception cref="OutOfDeviceMemoryException">There is no room.</exception>
    internal nint Rent(MemoryBuffer buffer, long bytes)
    {
        accelerator.ThrowIfDisposed();
        nint memory;
        lock (sync)
        {
            memory = bytes == 0 ? 0 : Take(BlockSize(bytes));
            live.Add(buffer);
            allocations++;
            current += bytes;
            peak = Math.Max(peak, current);
        }
        if (PoisonNewMemory && bytes > 0 && capture is null)
        {
            accelerator.Fill(accelerator.DefaultStream, memory, 0, bytes, 0xFF);
            accelerator.DefaultStream.Synchronize();
        }
        return memory;
    }

    internal void Return(MemoryBuffer buffer, nint memory, long bytes)
    {
        lock (sync)
        {
            if (!live.Remove(buffer))
                return;
            current -= bytes;
            if (memory == 0)
                return;
            if (capture is not null)
            {
                capture.Add(memory, BlockSize(bytes));
                return;
            }
            if (accelerator.HasOneStream)
                AddFree(memory, BlockSize(bytes));
            else
                pending.Add(new PendingBlock(memory, BlockSize(bytes), accelerator.OfLiveStreams(stream => stream.RecordEvent())));
        }
    }

    /// <summary>Disposes live buffers and frees everything; the accelerator's streams are done.</summary>
    internal void Dispose()
    {
        MemoryBuffer[] buffers;
        lock (sync)
            buffers = [.. live];
        foreach (var buffer in buffers)
            buffer.Dispose();
        lock (sync)
            FreeCached();
    }

    /// <summary>From now on blocks of disposed buffers go to the arena, and new buffers take blocks from it first.</summary>
    internal CaptureArena BeginCapture()
    {
        lock (sync)
        {
            if (capture is not null)
                throw new InvalidOperationException($"Another stream of {accelerator.Name} is capturing.");
            return capture = new CaptureArena();
        }
    }

    internal void EndCapture()
    {
        lock (sync)
            capture = null;
    }

    /// <summary>Takes an arena's blocks back; the device is done with them.</summary>
    internal void Release(CaptureArena arena)
    {
        lock (sync)
        {
            foreach (var (memory, size) in arena.TakeAll())
                AddFree(memory, size);
        }
    }

    private nint Take(long size)
    {
        if (capture is not null && capture.TryTake(size, out var captured))
            return captured;
        if (TakeFree(size) is var cached and not 0)
            return cached;
        CollectPending(wait: false);
        if (TakeFree(size) is var collected and not 0)
            return collected;
        var memory = accelerator.AllocateMemory(size);
        if (memory == 0 && capture is null)
        {
            accelerator.Synchronize();
            FreeCached();
            memory = accelerator.AllocateMemory(size);
        }
        if (memory == 0)
        {
            throw new OutOfDeviceMemoryException(accelerator, size,
                new MemoryStatistics(current, peak, reserved, live.Count, allocations, deviceAllocations));
        }
        deviceAllocations++;
        reserved += size;
        return memory;
    }

    private nint TakeFree(long size) => free.TryGetValue(size, out var blocks) && blocks.TryPop(out var memory) ? memory : 0;

    private void AddFree(nint memory, long size)
    {
        if (!free.TryGetValue(size, out var blocks))
            free.Add(size, blocks = new Stack<nint>());
        blocks.Push(memory);
    }

    private void CollectPending(bool wait)
    {
        for (var i = pending.Count - 1; i >= 0; i--)
        {
            var block = pending[i];
            if (!wait && !Array.TrueForAll(block.Markers, m => m.IsCompleted))
                continue;
            foreach (var marker in block.Markers)
                marker.Dispose();
            AddFree(block.Memory, block.Size);
            pending.RemoveAt(i);
        }
    }

    private void FreeCached()
    {
        CollectPending(wait: true);
        foreach (var (size, blocks) in free)
        {
            while (blocks.TryPop(out var memory))
            {
                accelerator.FreeMemory(memory, size);
                reserved -= size;
            }
        }
    }

    private sealed record PendingBlock(nint Memory, long Size, ProfilingMarker[] Markers);
}
