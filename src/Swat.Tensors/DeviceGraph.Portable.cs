namespace Swat.Tensors;

/// <summary>Recorded work; this engine records none.</summary>
public sealed class DeviceGraph : IDisposable
{
    private DeviceGraph()
    {
    }

    /// <summary>Enqueues the work.</summary>
    public void Launch()
    {
    }

    public void Dispose()
    {
    }
}
