namespace Swat.Gpu.Runtime;

/// <summary>
/// Launches, copies and fills that a stream captured, to run again as one: the same kernels on the same memory with the same scalars.
/// Buffers that were disposed during the capture stay reserved for it; other buffers it uses must outlive it.
/// </summary>
public abstract class StreamGraph : IDisposable
{
    private readonly CaptureArena arena;

    private protected StreamGraph(Accelerator accelerator, CaptureArena arena)
    {
        Accelerator = accelerator;
        this.arena = arena;
        accelerator.Add(this);
    }

    public Accelerator Accelerator { get; }

    /// <summary>Launches, copies and fills it holds.</summary>
    public abstract int NodeCount { get; }

    public bool IsDisposed { get; private set; }

    /// <summary>Enqueues all of it; it runs in the order of the capture, as one piece of the stream's work.</summary>
    public void Launch(AcceleratorStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (!ReferenceEquals(stream.Accelerator, Accelerator))
            throw new ArgumentException($"The graph was captured on {Accelerator.Name}, the stream belongs to {stream.Accelerator.Name}.", nameof(stream));
        LaunchCore(stream);
    }

    /// <summary>Waits for the device's work and gives its memory back.</summary>
    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        Accelerator.Remove(this);
        if (!Accelerator.IsDisposing)
            Accelerator.Synchronize();
        DisposeCore();
        Accelerator.Memory.Release(arena);
    }

    private protected abstract void LaunchCore(AcceleratorStream stream);

    private protected abstract void DisposeCore();
}
