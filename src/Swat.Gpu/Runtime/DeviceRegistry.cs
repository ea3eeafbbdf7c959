using System.Collections.Immutable;

namespace Swat.Gpu.Runtime;

/// <summary>The devices a context is built with, each once.</summary>
public sealed class DeviceRegistry
{
    private readonly List<Device> devices = [];

    public int Count => devices.Count;

    public void Register(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (!devices.Contains(device))
            devices.Add(device);
    }

    public void Register<TDevice>(TDevice device, Predicate<TDevice> predicate)
        where TDevice : Device
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(predicate);
        if (predicate(device))
            Register(device);
    }

    public ImmutableArray<Device> ToImmutable() => [.. devices];
}
