namespace Swat.Tensors.Tests.Support;

/// <summary>Runs a fixture with the kernels of every tier that a device has, in memory that held NaN.</summary>
public abstract class TierTest(string deviceName, KernelTier tier)
{
    /// <summary>Every device by name, with each of its tiers, as fixture arguments.</summary>
    public static IEnumerable<TestFixtureData> Tiers
    {
        get
        {
            foreach (var info in TensorDevice.List().Where(info => TestDevices.Names.Contains(info.Name)))
            {
                yield return new TestFixtureData(info.Name, KernelTier.Portable);
                if (info.Kind != DeviceKind.OpenCL)
                    yield return new TestFixtureData(info.Name, KernelTier.TensorCore);
                if (info.Kind == DeviceKind.Cuda)
                    yield return new TestFixtureData(info.Name, KernelTier.Hopper);
            }
        }
    }

    protected TensorDevice Device { get; private set; } = null!;

    [OneTimeSetUp]
    public void OpenDevice()
    {
        Device = TensorDevice.Open(deviceName, new TensorDeviceOptions { PoisonMemory = true });
        var best = Device.Tier;
        if (Device.Kind == DeviceKind.Cuda && best < tier)
        {
            Device.Dispose();
            Assert.Ignore($"{deviceName} has no kernels of the tier {tier}.");
        }

        Device.Dispose();
        Device = TensorDevice.Open(deviceName, new TensorDeviceOptions { PoisonMemory = true, Tier = tier });
    }

    [OneTimeTearDown]
    public void CloseDevice() => Device.Dispose();
}
