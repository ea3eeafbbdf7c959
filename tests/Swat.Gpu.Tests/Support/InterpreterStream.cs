using System.Diagnostics;

namespace Swat.Gpu.Tests.Support;

internal sealed class InterpreterStream(InterpreterAccelerator accelerator) : AcceleratorStream(accelerator)
{
    public override void Synchronize()
    {
    }

    public override void WaitFor(ProfilingMarker marker)
    {
    }

    internal override ProfilingMarker CreateMarker(bool timing) => new Marker(this);

    private protected override void DisposeCore()
    {
    }

    private sealed class Marker(InterpreterStream stream) : ProfilingMarker(stream)
    {
        private readonly long timestamp = Stopwatch.GetTimestamp();

        public override bool IsCompleted => true;

        public override void Synchronize()
        {
        }

        public override TimeSpan MeasureFrom(ProfilingMarker marker) => Stopwatch.GetElapsedTime(((Marker)marker).timestamp, timestamp);

        public override void Dispose()
        {
        }
    }
}
