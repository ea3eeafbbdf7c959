namespace Swat.Gpu.Runtime;

/// <summary>A queue of launches and copies that run in order, and beside those of other streams.</summary>
public abstract class AcceleratorStream : IDisposable
{
    private CaptureArena? arena;

    private protected AcceleratorStream(Accelerator accelerator) => Accelerator = accelerator;

    public Accelerator Accelerator { get; }

    public bool IsDisposed { get; private set; }

    /// <summary>Between <see cref="BeginCapture"/> and <see cref="EndCapture"/>.</summary>
    public bool IsCapturing => arena is not null;

    /// <summary>Takes down launches, copies and fills during a capture; null where the driver does, or without a capture.</summary>
    internal StreamRecorder? Recorder { get; private set; }

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

    /// <summary>
    /// From now on launches, copies between views, and fills on this stream are not run but collected for a graph, until
    /// <see cref="EndCapture"/>. Copies from and to arrays, and waiting for the stream, are errors in between. One stream of an
    /// accelerator captures at a time; no other may work meanwhile.
    /// </summary>
    public void BeginCapture()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (IsCapturing)
            throw new InvalidOperationException("The stream is capturing already.");
        arena = Accelerator.Memory.BeginCapture();
        try
        {
            BeginCaptureCore();
        }
        catch
        {
            AbandonArena();
            throw;
        }
    }

    /// <summary>The graph of what was collected; dispose it.</summary>
    public StreamGraph EndCapture()
    {
        if (arena is null)
            throw new InvalidOperationException("The stream is not capturing; call BeginCapture first.");
        try
        {
            var graph = EndCaptureCore(arena);
            Accelerator.Memory.EndCapture();
            arena = null;
            return graph;
        }
        catch
        {
            AbandonArena();
            throw;
        }
    }

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

    /// <summary>For drivers with graphs of their own: starts the driver's capture, leaving <see cref="Recorder"/> null.</summary>
    private protected virtual void BeginCaptureCore() => Recorder = new StreamRecorder();

    /// <summary>For drivers with graphs of their own: ends the driver's capture, also if it failed.</summary>
    private protected virtual StreamGraph EndCaptureCore(CaptureArena captureArena)
    {
        var graph = new RecordedGraph(Accelerator, captureArena, Recorder!.Operations);
        Recorder = null;
        return graph;
    }

    /// <summary>Waits for the work and frees the driver's objects; called once.</summary>
    private protected abstract void DisposeCore();

    internal void ThrowIfCapturing(string what)
    {
        if (IsCapturing)
            throw new InvalidOperationException($"{what} cannot be captured; do it before BeginCapture or after EndCapture.");
    }

    /// <summary>Ends a capture whose work failed.</summary>
    internal void AbandonCapture()
    {
        try
        {
            EndCapture().Dispose();
        }
        catch (AcceleratorException)
        {
            // What failed before is what the caller needs to know.
        }
    }

    private void AbandonArena()
    {
        Recorder = null;
        Accelerator.Memory.EndCapture();
        Accelerator.Memory.Release(arena!);
        arena = null;
    }
}
