namespace Swat.Tensors.Profiling;

/// <summary>
/// The moment at which a device comes to this place in its work, by its own clock. Making one neither waits nor keeps the device from going on.
/// <code>
/// using var start = new DeviceMoment(device);
/// learner.Step(batches, rate);
/// using var end = new DeviceMoment(device);
/// Console.WriteLine(end.Since(start));
/// </code>
/// </summary>
public sealed class DeviceMoment : IDisposable
{
    private readonly ProfilingMarker marker;

    /// <param name="device">Reaches the moment when all work that it has been given is done.</param>
    public DeviceMoment(TensorDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        marker = device.Accelerator.DefaultStream.AddProfilingMarker();
    }

    /// <summary>Time from an earlier moment of the same device to this one; waits until the device has come to both.</summary>
    public TimeSpan Since(DeviceMoment earlier) => marker.MeasureFrom(earlier.marker);

    public void Dispose() => marker.Dispose();
}
