namespace Swat.Tensors.Tests.Support;

/// <summary>
/// The devices of this machine, each opened once, with fresh memory full of NaN. The environment variable SWAT_TEST_DEVICES (cuda,cpu
/// say) leaves out those that it does not name; opencl:1 names one device alone.
/// </summary>
public static class TestDevices
{
    private static readonly Dictionary<string, TensorDevice> Open = [];

    private static readonly string[]? Wanted = Environment.GetEnvironmentVariable("SWAT_TEST_DEVICES")?.Split(',');

    /// <summary>The names of the devices to test on, as fixture arguments.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. TensorDevice.List().Select(info => info.Name).Where(IsWanted)];

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

    private static bool IsWanted(string name) => Wanted is null || Wanted.Contains(name) || Wanted.Contains(name.Split(':')[0]);
}
