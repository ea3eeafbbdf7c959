namespace Swat.Gpu.Runtime.Cuda;

/// <summary>An event of the driver, recorded in a stream when it is made.</summary>
internal sealed unsafe class CudaMarker : ProfilingMarker
{
    private const uint DisableTiming = 2;
    private readonly CudaAccelerator accelerator;
    private readonly bool timing;
    private nint handle;

    public CudaMarker(CudaStream stream, bool timing)
        : base(stream)
    {
        accelerator = stream.Accelerator;
        this.timing = timing;
        accelerator.Activate();
        nint created;
        accelerator.Check(accelerator.Api.EventCreate(&created, timing ? 0 : DisableTiming), "Creating a marker");
        handle = created;
        accelerator.Check(accelerator.Api.EventRecord(created, stream.Handle), "Recording a marker");
    }

    /// <summary>CUevent.</summary>
    public nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(ProfilingMarker));

    public override bool IsCompleted
    {
        get
        {
            accelerator.Activate();
            var result = accelerator.Api.EventQuery(Handle);
            if (result == CudaError.NotReady)
                return false;
            accelerator.Check(result, "Asking a marker");
            return true;
        }
    }

    public override void Synchronize()
    {
        accelerator.Activate();
        accelerator.Check(accelerator.Api.EventSynchronize(Handle), "Waiting for a marker");
    }

    public override TimeSpan MeasureFrom(ProfilingMarker marker)
    {
        if (marker is not CudaMarker { timing: true } start || !timing)
            throw new ArgumentException("Both markers must be profiling markers of CUDA streams.", nameof(marker));
        start.Synchronize();
        Synchronize();
        float milliseconds;
        accelerator.Check(accelerator.Api.EventElapsedTime(&milliseconds, start.Handle, Handle), "Reading the time between markers");
        return TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
    }

    public override void Dispose()
    {
        var disposed = Interlocked.Exchange(ref handle, 0);
        if (disposed == 0 || accelerator.IsDisposed)
            return;
        accelerator.Activate();
        accelerator.CheckDispose(accelerator.Api.EventDestroy(disposed), "Disposing a marker");
    }
}
