namespace Swat.Gpu.Tests.Runtime;

internal sealed class FakeMarker(FakeStream stream) : ProfilingMarker(stream)
{
    public override bool IsCompleted => ((FakeAccelerator)Accelerator).MarkersComplete;

    public override void Synchronize()
    {
    }

    public override TimeSpan MeasureFrom(ProfilingMarker marker) => TimeSpan.Zero;

    public override void Dispose() => ((FakeAccelerator)Accelerator).OpenMarkers--;
}
