namespace Swat.Tensors;

/// <summary>
/// Numbers on their way from the device to the host, as they were when <see cref="Tensor.BeginRead"/> was called. The host goes on, and
/// waits when it asks for them, from any thread.
/// </summary>
public sealed class PendingRead : IDisposable
{
    private readonly TensorDevice device;
    private readonly ProfilingMarker arrival;
    private PageLockedArray1D<float>? landing;

    internal PendingRead(TensorDevice device, ArrayView<float> source)
    {
        this.device = device;
        landing = device.RentLanding(source.Length);
        source.CopyTo(device.Accelerator.DefaultStream, landing.ArrayView);
        arrival = device.Accelerator.DefaultStream.AddProfilingMarker();
    }

    /// <summary>Waits until the device has come this far in its work, and gives the numbers; once.</summary>
    public float[] Wait()
    {
        float[] values = [];
        Wait(arrived => values = arrived.ToArray());
        return values;
    }

    /// <summary>Waits as <see cref="Wait()"/> does, and has the numbers used where they have arrived, without another copy; once.</summary>
    /// <param name="use">Gets the numbers, which are valid until it returns.</param>
    public void Wait(Action<ReadOnlySpan<float>> use)
    {
        ObjectDisposedException.ThrowIf(landing is null, this);
        arrival.Synchronize();
        use(landing.Span);
        Dispose();
    }

    /// <summary>Gives the numbers up.</summary>
    public void Dispose()
    {
        if (landing is null)
            return;
        arrival.Dispose();
        device.ReturnLanding(landing);
        landing = null;
    }
}
