namespace Swat.Gpu.Runtime;

/// <summary>A queue of launches and copies that run in order, and beside those of other streams.</summary>
public abstract class AcceleratorStream : IDisposable
{
    private protected AcceleratorStream(Accelerator accelerator) => Accelerator = accelerator;

    public Accelerator Accelerator { get; }

    public bool IsDisposed { get; private set; }

    /// <summary>Waits until all its work is done; throws what went wrong in it.</summary>
    public abstract void Synchronize();

    public Task SynchronizeAsync() => Task.Run(Synchronize);

    /// <summary>A marker for timing; markers' differences are device time.</summary>
    /// <exception cref="NotSupportedException">The context was built without <see cref="Context.Builder.Profiling"/>.</exception>
    public ProfilingMarker AddProfilingMarker() =>
        Accelerator.Context.Properties.EnableProfiling
            ? CreateMarker(timing: true)
            : throw new NotSupportedException("Profiling markers need a context built with Profiling().");

    /// <summary>A marker that other streams can wait for; has no time.</summary>
    public ProfilingMarker RecordEvent() => CreateMarker(timing: false);

    /// <summary>Work enqueued from now on starts after <paramref name="marker"/> is reached; the host does not wait.</summary>
    public abstract void WaitFor(ProfilingMarker marker);

    /// <summary>Waits for its work, then frees it. The default stream lives as long as the accelerator.</summary>
    public void Dispose()
    {
        if (IsDisposed || ReferenceEquals(this, Accelerator.DefaultStreamOrNull) && !Accelerator.IsDisposing)
            return;
        IsDisposed = true;
        Accelerator.Remove(this);
        DisposeCore();
    }

    internal abstract ProfilingMarker CreateMarker(bool timing);

    /// <summary>Waits for the work and frees the driver's objects; called once.</summary>
    private protected abstract void DisposeCore();
}
