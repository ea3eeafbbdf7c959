using System.Globalization;

namespace Swat.Tensors;

public sealed partial class TensorDevice
{
    /// <summary>Work items of the largest groups that kernels of this library ask for.</summary>
    private const int LargestGroup = 256;

    /// <summary>Every device of this machine, by the name to open it: the processor first, then CUDA, then OpenCL.</summary>
    public static IReadOnlyList<TensorDeviceInfo> List()
    {
        using var context = CreateContext(DeviceKind.Cpu, DeviceKind.Cuda, DeviceKind.OpenCL);
        return [.. Enumerate(context).Select(found => found.Info)];
    }

    /// <summary>Opens a device.</summary>
    /// <param name="name">
    /// <c>cpu</c>, <c>cuda</c> or <c>opencl</c>, the latter two with the number of a device behind a colon if it is not the first
    /// (<c>cuda:1</c>); <c>auto</c>: the first CUDA device, else the processor.
    /// </param>
    /// <param name="options">Limits and checks; null: none.</param>
    /// <exception cref="ArgumentException">No such device; the message lists those there are.</exception>
    public static TensorDevice Open(string name = "auto", TensorDeviceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (string.Equals(name, "auto", StringComparison.OrdinalIgnoreCase))
            return TryOpen(DeviceKind.Cuda, 0, options) ?? TryOpen(DeviceKind.Cpu, 0, options) ?? throw Unknown(name);
        return Parse(name) is var (kind, number) && TryOpen(kind, number, options) is { } device ? device : throw Unknown(name);
    }

    private static (DeviceKind Kind, int Number)? Parse(string name)
    {
        var parts = name.Split(':');
        var number = 0;
        if (parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out number)))
            return null;
        return parts[0].ToLowerInvariant() switch
        {
            "cpu" => (DeviceKind.Cpu, number),
            "cuda" => (DeviceKind.Cuda, number),
            "opencl" => (DeviceKind.OpenCL, number),
            _ => null,
        };
    }

    private static ArgumentException Unknown(string name)
    {
        var known = string.Join(", ", List().Select(info => $"{info.Name} ({info.Description})"));
        return new ArgumentException($"unknown device '{name}'. Here there are: auto, {known}", nameof(name));
    }

    private static TensorDevice? TryOpen(DeviceKind kind, int number, TensorDeviceOptions? options)
    {
        var context = CreateContext(kind);
        try
        {
            foreach (var (device, info) in Enumerate(context))
            {
                if (info.Name != NameOf(kind, number))
                    continue;
                var opened = new TensorDevice(context, device.CreateAccelerator(context), info, options ?? new TensorDeviceOptions());
                context = null;
                return opened;
            }

            return null;
        }
        finally
        {
            context?.Dispose();
        }
    }

    private static Context CreateContext(params ReadOnlySpan<DeviceKind> kinds)
    {
        var builder = Context.Create().Profiling().EnableAlgorithms().Optimize(OptimizationLevel.O2);
        foreach (var kind in kinds)
        {
            builder = kind switch
            {
                DeviceKind.Cpu => builder.CPU(),
                DeviceKind.Cuda => builder.Cuda(),
                _ => builder.OpenCL(),
            };
        }

        return builder.ToContext();
    }

    private static IEnumerable<(Device Device, TensorDeviceInfo Info)> Enumerate(Context context)
    {
        foreach (var kind in Enum.GetValues<DeviceKind>())
        {
            var number = 0;
            var devices = context.Devices.Where(device => KindOf(device) == kind);
            // ILGPU simulates several devices on the one processor: the first that has room for the kernels' groups stands for it.
            if (kind == DeviceKind.Cpu)
                devices = devices.Where(device => device.MaxNumThreadsPerGroup >= LargestGroup).Take(1);
            foreach (var device in devices)
                yield return (device, Describe(device, kind, number++));
        }
    }

    private static DeviceKind KindOf(Device device) => device.AcceleratorType switch
    {
        AcceleratorType.Cuda => DeviceKind.Cuda,
        AcceleratorType.OpenCL => DeviceKind.OpenCL,
        _ => DeviceKind.Cpu,
    };

    private static string NameOf(DeviceKind kind, int number) => (kind, number) switch
    {
        (DeviceKind.Cpu, 0) => "cpu",
        (DeviceKind.Cpu, _) => $"cpu:{number}",
        (DeviceKind.Cuda, _) => $"cuda:{number}",
        _ => $"opencl:{number}",
    };

    private static TensorDeviceInfo Describe(Device device, DeviceKind kind, int number) =>
        new(
            NameOf(kind, number),
            kind,
            device.Name,
            // ILGPU's processor has all the memory there could be.
            kind == DeviceKind.Cpu ? Math.Min(device.MemorySize, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) : device.MemorySize,
            device.NumMultiprocessors,
            device.WarpSize,
            device.MaxSharedMemoryPerGroup);
}
