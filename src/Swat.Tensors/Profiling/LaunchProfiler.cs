using System.Reflection;
using System.Text.Json;

namespace Swat.Tensors.Profiling;

/// <summary>
/// Times every kernel that a device launches while it watches, by an event before and one after each. The events keep a kernel from
/// starting before the one in front has finished, so that a watched step is slower than another.
/// <code>
/// using var profiler = new LaunchProfiler(device);
/// learner.Step(batches, rate);
/// foreach (var kernel in profiler.ByKernel())
///     Console.WriteLine($"{kernel.Kernel} {kernel.Duration.TotalMilliseconds:F3} ms");
/// </code>
/// </summary>
public sealed class LaunchProfiler : IDisposable
{
    private readonly TensorDevice device;
    private readonly ProfilingMarker origin;
    private readonly List<PendingRecord> pending = [];
    private readonly List<LaunchRecord> records = [];
    private LaunchWork? work;

    /// <summary>Starts to watch.</summary>
    /// <exception cref="InvalidOperationException">The device is being watched already.</exception>
    public LaunchProfiler(TensorDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.Profiler is not null)
            throw new InvalidOperationException($"a profiler watches {device.Name} already; dispose it first");
        this.device = device;
        origin = device.Accelerator.DefaultStream.AddProfilingMarker();
        device.Profiler = this;
    }

    /// <summary>True: launches are not watched for the time being.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Every launch so far, in order; waits until the device has run them.</summary>
    public IReadOnlyList<LaunchRecord> Records
    {
        get
        {
            device.Synchronize();
            foreach (var launch in pending)
            {
                records.Add(new(
                    launch.Label is null ? NameOf(launch.Kernel) : $"{NameOf(launch.Kernel)} {launch.Label}",
                    launch.Start.MeasureFrom(origin),
                    launch.End.MeasureFrom(launch.Start),
                    launch.Operations,
                    launch.Bytes));
                launch.Start.Dispose();
                launch.End.Dispose();
            }

            pending.Clear();
            return records;
        }
    }

    /// <summary>The kernels, the one that took longest first.</summary>
    public IReadOnlyList<KernelTime> ByKernel() =>
    [
        .. Records
            .GroupBy(record => record.Kernel)
            .Select(group => new KernelTime(
                group.Key,
                group.Count(),
                TimeSpan.FromTicks(group.Sum(record => record.Duration.Ticks)),
                group.Sum(record => record.Operations),
                group.Sum(record => record.Bytes)))
            .OrderByDescending(kernel => kernel.Duration),
    ];

    /// <summary>Writes the launches in Chrome's trace event format, which Perfetto and chrome://tracing show.</summary>
    /// <param name="stream">Left open.</param>
    public void WriteTrace(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        foreach (var record in Records)
        {
            json.WriteStartObject();
            json.WriteString("name", record.Kernel);
            json.WriteString("ph", "X");
            json.WriteNumber("pid", 0);
            json.WriteNumber("tid", 0);
            json.WriteNumber("ts", record.Start.TotalMicroseconds);
            json.WriteNumber("dur", record.Duration.TotalMicroseconds);
            json.WriteStartObject("args");
            json.WriteNumber("bytes", record.Bytes);
            if (record.Operations > 0)
                json.WriteNumber("operations", record.Operations);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Stops watching; what was watched is forgotten.</summary>
    public void Dispose()
    {
        if (device.Profiler != this)
            return;
        device.Profiler = null;
        foreach (var launch in pending)
        {
            launch.Start.Dispose();
            launch.End.Dispose();
        }

        pending.Clear();
        origin.Dispose();
    }

    internal ProfilingMarker? Begin() => IsPaused ? null : device.Accelerator.DefaultStream.AddProfilingMarker();

    internal void End(MethodInfo kernel, long bytes, ProfilingMarker start)
    {
        var operations = 0.0;
        if (work is { } known)
        {
            // The first kernel of an operation does its arithmetic; those behind it finish the result.
            operations = known.Operations;
            bytes = operations > 0 ? known.Bytes : bytes;
            work = known with { Operations = 0 };
        }

        pending.Add(new(kernel, work?.Label, operations, bytes, start, device.Accelerator.DefaultStream.AddProfilingMarker()));
    }

    /// <summary>From now on launches belong to an operation that knows its work; null: to none.</summary>
    internal void Expect(LaunchWork? operation) => work = operation;

    private static string NameOf(MethodInfo kernel)
    {
        var type = kernel.DeclaringType!;
        var arguments = (type.IsGenericType ? type.GetGenericArguments() : []).Concat(kernel.IsGenericMethod ? kernel.GetGenericArguments() : []);
        var name = $"{type.Name.Split('`')[0]}.{kernel.Name}";
        return arguments.Any() ? $"{name}({string.Join(", ", arguments.Select(argument => argument.Name))})" : name;
    }
}
