namespace Swat.Tensors.Memory;

/// <summary>Counts what is held until it is disposed towards a phase's peak.</summary>
internal readonly struct PhaseScope : IDisposable
{
    private readonly TensorDevice device;
    private readonly MemoryPhase previous;

    public PhaseScope(TensorDevice device, MemoryPhase phase)
    {
        this.device = device;
        previous = device.Phase;
        device.Phase = phase;
    }

    public void Dispose() => device.Phase = previous;
}
