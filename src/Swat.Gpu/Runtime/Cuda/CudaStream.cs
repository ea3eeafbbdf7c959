namespace Swat.Gpu.Runtime.Cuda;

/// <summary>A stream of the driver, independent of its default stream.</summary>
public sealed unsafe class CudaStream : AcceleratorStream
{
    internal CudaStream(CudaAccelerator accelerator, nint handle)
        : base(accelerator)
    {
        Accelerator = accelerator;
        Handle = handle;
    }

    internal new CudaAccelerator Accelerator { get; }

    /// <summary>CUstream.</summary>
    internal nint Handle { get; }

    public override void Synchronize()
    {
        Accelerator.Activate();
        Accelerator.Check(Accelerator.Api.StreamSynchronize(Handle), $"Waiting for a stream of {Accelerator.Name}");
    }

    public override void WaitFor(ProfilingMarker marker)
    {
        ArgumentNullException.ThrowIfNull(marker);
        if (marker is not CudaMarker cudaMarker)
        {
            marker.Synchronize();
            return;
        }
        Accelerator.Activate();
        Accelerator.Check(Accelerator.Api.StreamWaitEvent(Handle, cudaMarker.Handle, 0), "Making a stream wait for a marker");
    }

    internal override ProfilingMarker CreateMarker(bool timing) => new CudaMarker(this, timing);

    private protected override void BeginCaptureCore() => CudaGraph.BeginCapture(Accelerator, this);

    private protected override StreamGraph EndCaptureCore(CaptureArena captureArena) => CudaGraph.EndCapture(Accelerator, this, captureArena);

    private protected override void DisposeCore()
    {
        Accelerator.Activate();
        Accelerator.CheckDispose(Accelerator.Api.StreamSynchronize(Handle), "Waiting for a stream before disposing it");
        Accelerator.CheckDispose(Accelerator.Api.StreamDestroy(Handle), "Disposing a stream");
    }
}
