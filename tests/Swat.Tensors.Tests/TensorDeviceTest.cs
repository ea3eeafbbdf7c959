namespace Swat.Tensors.Tests;

public sealed class TensorDeviceTest
{
    [Test]
    public void The_processor_is_always_there()
    {
        Assert.That(TensorDevice.List().Select(info => info.Name), Does.Contain("cpu"));
        using var device = TensorDevice.Open("CPU");
        Assert.That(device.Kind, Is.EqualTo(DeviceKind.Cpu));
    }

    [Test]
    public void Auto_opens_something()
    {
        using var device = TensorDevice.Open();
        Assert.That(device.Kind, Is.AnyOf(DeviceKind.Cpu, DeviceKind.Cuda));
    }

    [TestCase("tpu")]
    [TestCase("cuda:99")]
    [TestCase("cuda:-1")]
    [TestCase("cpu:0:0")]
    [TestCase("")]
    public void An_unknown_name_lists_the_devices_there_are(string name) =>
        Assert.That(() => TensorDevice.Open(name), Throws.ArgumentException.With.Message.Contains($"'{name}'").And.Message.Contains("cpu ("));
}
