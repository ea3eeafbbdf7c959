namespace Swat.Gpu.Runtime.Cpu;

/// <summary>A stream whose work is done when the call returns.</summary>
internal sealed class CpuStream(CPUAccelerator accelerator) : AcceleratorStream(accelerator)
{
    public override void Synchronize()
    {
    }

    public override void WaitFor(ProfilingMarker marker) => ArgumentNullException.ThrowIfNull(marker);

    internal override ProfilingMarker CreateMarker(bool timing) => new CpuMarker(this);

    private protected override void DisposeCore()
    {
    }
}
