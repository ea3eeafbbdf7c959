namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>An in-order command queue.</summary>
public sealed unsafe class CLStream : AcceleratorStream
{
    private string lastWork = "";
    private KernelConfig lastConfig;

    internal CLStream(CLAccelerator accelerator)
        : base(accelerator)
    {
        int error;
        var properties = accelerator.Context.Properties.EnableProfiling ? CLConstants.QueueProfilingEnable : 0;
        Queue = CLLibrary.CreateCommandQueue(accelerator.NativeContext, accelerator.ClDevice.Id, properties, &error);
        CLErrors.Check(error, "clCreateCommandQueue");
    }

    internal nint Queue { get; private set; }

    public override void Synchronize()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Finish();
    }

    public override void WaitFor(ProfilingMarker marker)
    {
        ArgumentNullException.ThrowIfNull(marker);
        if (marker is not CLMarker { Event: var handle } || !ReferenceEquals(marker.Accelerator, Accelerator))
        {
            marker.Synchronize();
            return;
        }
        CLErrors.Check(CLLibrary.EnqueueBarrierWithWaitList(Queue, 1, &handle, null), "clEnqueueBarrierWithWaitList");
    }

    internal override ProfilingMarker CreateMarker(bool timing) => new CLMarker(this);

    /// <summary>Remembers what an error that the queue reports later may come from.</summary>
    internal void Note(string kernel, in KernelConfig config)
    {
        lastWork = kernel;
        lastConfig = config;
    }

    internal void Finish()
    {
        var error = CLLibrary.Finish(Queue);
        if (error == CLConstants.Success)
            return;
        var last = lastWork.Length == 0 ? "" : $" The last kernel launched was {lastWork} with {lastConfig}.";
        throw new AcceleratorException($"clFinish failed on {Accelerator.Name}: {CLErrors.NameOf(error)}.{last}");
    }

    private protected override void DisposeCore()
    {
        _ = CLLibrary.Finish(Queue);
        _ = CLLibrary.ReleaseCommandQueue(Queue);
        Queue = 0;
    }
}
