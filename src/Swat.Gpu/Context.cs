using System.Collections.Immutable;
using Swat.Gpu.Runtime;
using Swat.Gpu.Runtime.Cpu;

namespace Swat.Gpu;

/// <summary>
/// The devices of this process that a program asked for, and the options its kernels are compiled with. Dispose it after its
/// accelerators.
/// </summary>
public sealed partial class Context : IDisposable
{
    private readonly Lock sync = new();
    private readonly List<Accelerator> accelerators = [];

    private Context(ContextProperties properties, ImmutableArray<Device> devices)
    {
        Properties = properties;
        Devices = devices.IsEmpty ? [CPUDevice.Default] : devices;
    }

    /// <summary>In the order in which the builder named their kinds; the CPU if it named none.</summary>
    public ImmutableArray<Device> Devices { get; }

    public ContextProperties Properties { get; }

    public bool IsDisposed { get; private set; }

    public static Builder Create() => new();

    /// <summary>For example <c>Context.Create(b => b.Cuda().OpenCL().CPU().EnableAlgorithms())</c>.</summary>
    public static Context Create(Action<Builder> buildingCallback)
    {
        ArgumentNullException.ThrowIfNull(buildingCallback);
        var builder = Create();
        buildingCallback(builder);
        return builder.ToContext();
    }

    /// <summary>All devices of all kinds.</summary>
    public static Context CreateDefault() => Create(builder => builder.Default());

    /// <exception cref="NotSupportedException">There is no such device.</exception>
    public TDevice GetDevice<TDevice>(int deviceIndex)
        where TDevice : Device => GetDevices<TDevice>()[deviceIndex];

    public DeviceCollection<TDevice> GetDevices<TDevice>()
        where TDevice : Device => new([.. Devices.OfType<TDevice>()]);

    /// <summary>The device to use unless the user says otherwise: CUDA before OpenCL before CPU, the largest memory first.</summary>
    public Device GetPreferredDevice(bool preferCPU) => GetPreferredDevices(preferCPU, matchingDevicesOnly: false).First();

    /// <param name="preferCPU">The CPU comes first.</param>
    /// <param name="matchingDevicesOnly">Leave out the devices that are not preferred: CPUs, or with preferCPU all others.</param>
    public IEnumerable<Device> GetPreferredDevices(bool preferCPU, bool matchingDevicesOnly) =>
        Devices
            .Where(d => !matchingDevicesOnly || preferCPU == (d.AcceleratorType == AcceleratorType.CPU))
            .OrderBy(d => Rank(d.AcceleratorType, preferCPU))
            .ThenByDescending(d => d.AcceleratorType == AcceleratorType.CPU ? 0 : d.MemorySize);

    /// <summary>Disposes its accelerators that are still alive, then itself.</summary>
    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        Accelerator[] alive;
        lock (sync)
            alive = [.. accelerators];
        foreach (var accelerator in alive)
            accelerator.Dispose();
    }

    internal void Add(Accelerator accelerator)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        lock (sync)
            accelerators.Add(accelerator);
    }

    internal void Remove(Accelerator accelerator)
    {
        lock (sync)
            accelerators.Remove(accelerator);
    }

    private static int Rank(AcceleratorType type, bool preferCPU) => type switch
    {
        AcceleratorType.CPU => preferCPU ? 0 : 3,
        AcceleratorType.Cuda => 1,
        _ => 2,
    };
}
