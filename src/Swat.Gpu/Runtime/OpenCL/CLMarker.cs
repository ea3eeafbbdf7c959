namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>A marker command's event.</summary>
internal sealed unsafe class CLMarker : ProfilingMarker
{
    public CLMarker(CLStream stream)
        : base(stream)
    {
        nint handle;
        CLErrors.Check(CLLibrary.EnqueueMarkerWithWaitList(stream.Queue, 0, null, &handle), "clEnqueueMarkerWithWaitList");
        Event = handle;
        // Others poll the event or wait for it in their queues, which does not submit this one's commands.
        CLErrors.Check(CLLibrary.Flush(stream.Queue), "clFlush");
    }

    public nint Event { get; private set; }

    public override bool IsCompleted
    {
        get
        {
            ObjectDisposedException.ThrowIf(Event == 0, this);
            int status;
            CLErrors.Check(CLLibrary.GetEventInfo(Event, CLConstants.EventCommandExecutionStatus, sizeof(int), &status, null), "clGetEventInfo");
            if (status < 0)
                CLErrors.Check(status, "The work before a marker");
            return status == CLConstants.Complete;
        }
    }

    public override void Synchronize()
    {
        ObjectDisposedException.ThrowIf(Event == 0, this);
        var handle = Event;
        CLErrors.Check(CLLibrary.WaitForEvents(1, &handle), "clWaitForEvents");
    }

    public override TimeSpan MeasureFrom(ProfilingMarker marker)
    {
        if (marker is not CLMarker start || !ReferenceEquals(marker.Accelerator, Accelerator))
            throw new ArgumentException("The marker belongs to another accelerator.", nameof(marker));
        start.Synchronize();
        Synchronize();
        return TimeSpan.FromMicroseconds((long)(Nanoseconds() - start.Nanoseconds()) / 1000.0);
    }

    public override void Dispose()
    {
        if (Event != 0)
            _ = CLLibrary.ReleaseEvent(Event);
        Event = 0;
    }

    private ulong Nanoseconds()
    {
        ulong time;
        CLErrors.Check(CLLibrary.GetEventProfilingInfo(Event, CLConstants.ProfilingCommandEnd, sizeof(ulong), &time, null),
            "clGetEventProfilingInfo");
        return time;
    }
}
