namespace Swat.Gpu.Runtime;

/// <summary>A point in the work of a stream.</summary>
public abstract class ProfilingMarker : IDisposable
{
    private protected ProfilingMarker(AcceleratorStream stream) => Stream = stream;

    public AcceleratorStream Stream { get; }

    public Accelerator Accelerator => Stream.Accelerator;

    /// <summary>The stream has reached it; does not wait.</summary>
    public abstract bool IsCompleted { get; }

    /// <summary>Waits until the stream has reached it.</summary>
    public abstract void Synchronize();

    /// <summary>Device time from <paramref name="marker"/> to this one; waits for both. Both must be made for timing.</summary>
    public abstract TimeSpan MeasureFrom(ProfilingMarker marker);

    public abstract void Dispose();

    public static TimeSpan operator -(ProfilingMarker end, ProfilingMarker start) => end.MeasureFrom(start);
}
