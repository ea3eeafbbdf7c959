namespace Swat.Gpu.Tests.Runtime;

internal sealed class FakeStream(FakeAccelerator accelerator) : AcceleratorStream(accelerator)
{
    public override void Synchronize()
    {
    }

    public override void WaitFor(ProfilingMarker marker)
    {
    }

    internal override ProfilingMarker CreateMarker(bool timing)
    {
        accelerator.OpenMarkers++;
        return new FakeMarker(this);
    }

    private protected override void DisposeCore()
    {
    }
}
