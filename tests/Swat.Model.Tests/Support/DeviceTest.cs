using Swat.Tensors;
using Swat.Tensors.Tests.Support;

namespace Swat.Model.Tests.Support;

/// <summary>Runs a fixture on each device of the machine and fails tests that leave device memory behind.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Names))]
public abstract class DeviceTest(string deviceName)
{
    private long _bytesBefore;

    protected TensorDevice Device { get; } = TestDevices.Get(deviceName);

    [SetUp]
    public void RememberMemory() => _bytesBefore = Device.Memory.CurrentBytes;

    [TearDown]
    public void CheckMemory() => Assert.That(Device.Memory.CurrentBytes, Is.EqualTo(_bytesBefore), "the test left device memory behind");
}
