using System.CommandLine;
using Swat.Tensors;

namespace Swat.Bench.Reporting;

/// <summary>What a benchmark runs with.</summary>
internal sealed class BenchRun : IDisposable
{
    private const int MinimumSamples = 5;
    private const int MaximumSamples = 100;
    private const double SecondsToSample = 0.4;

    /// <summary>Several times the cache of the largest devices.</summary>
    private const long FlushedBytes = 256 << 20;

    private readonly Tensor? flushed;

    public BenchRun(TensorDevice device, string? filter, PeerFigures? peer, ParseResult arguments)
    {
        Arguments = arguments;
        Device = device;
        Filter = filter;
        Peer = peer;
        if (device.Kind == DeviceKind.Cuda)
            flushed = Tensor.Empty(device, [(int)(FlushedBytes / sizeof(float))]);
    }

    public TensorDevice Device { get; }

    /// <summary>The command line, for <see cref="IBenchmark.Options"/>.</summary>
    public ParseResult Arguments { get; }

    /// <summary>Rows whose names do not contain this are not wanted; null: all are.</summary>
    public string? Filter { get; }

    /// <summary>The figures of <c>--peer</c>; null without.</summary>
    public PeerFigures? Peer { get; }

    /// <summary>Whether a row of this name was asked for.</summary>
    public bool Wants(string name) => Filter is null || name.Contains(Filter, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The device's time for some work, with nothing of it in the cache: warmed up, from event to event, between 5 and 100 samples.
    /// </summary>
    /// <param name="work">Enqueues one run.</param>
    public Timing Time(Action work)
    {
        var once = Math.Max(1e-6, Sample(work, 3).Min());
        return Timing.Of(Sample(work, Math.Clamp((int)(SecondsToSample / once), MinimumSamples, MaximumSamples)));
    }

    public void Dispose() => flushed?.Dispose();

    private List<double> Sample(Action work, int count)
    {
        var markers = new List<(ProfilingMarker Start, ProfilingMarker End)>();
        for (var i = 0; i < count; i++)
        {
            flushed?.View<float>().MemSetToZero();
            var start = Device.Accelerator.AddProfilingMarker();
            work();
            markers.Add((start, Device.Accelerator.AddProfilingMarker()));
        }

        Device.Synchronize();
        var seconds = new List<double>();
        foreach (var (start, end) in markers)
        {
            seconds.Add(end.MeasureFrom(start).TotalSeconds);
            start.Dispose();
            end.Dispose();
        }

        return seconds;
    }
}
