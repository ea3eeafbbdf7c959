using System.Diagnostics;

namespace Swat.Gpu.Runtime.Cpu;

/// <summary>The moment it was made.</summary>
internal sealed class CpuMarker(CpuStream stream) : ProfilingMarker(stream)
{
    private readonly long timestamp = Stopwatch.GetTimestamp();

    public override bool IsCompleted => true;

    public override void Synchronize()
    {
    }

    public override TimeSpan MeasureFrom(ProfilingMarker marker) =>
        marker is CpuMarker start
            ? Stopwatch.GetElapsedTime(start.timestamp, timestamp)
            : throw new ArgumentException("The marker belongs to another accelerator.", nameof(marker));

    public override void Dispose()
    {
    }
}
