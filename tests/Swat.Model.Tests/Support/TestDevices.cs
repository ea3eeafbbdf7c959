using Swat.Tensors;

namespace Swat.Model.Tests.Support;

/// <summary>The devices of this machine, each opened once, with fresh memory full of NaN.</summary>
internal static class TestDevices
{
    private static readonly Dictionary<string, TensorDevice> Open = [];

    /// <summary>The names of all devices.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. TensorDevice.List().Select(info => info.Name)];

    public static TensorDevice Get(string name)
    {
        lock (Open)
        {
            if (!Open.TryGetValue(name, out var device))
                Open.Add(name, device = TensorDevice.Open(name, new TensorDeviceOptions { PoisonMemory = true }));
            return device;
        }
    }

    public static void CloseAll()
    {
        lock (Open)
        {
            foreach (var device in Open.Values)
                device.Dispose();
            Open.Clear();
        }
    }
}
