namespace Swat.Gpu.Tests.Support;

/// <summary>A device of this machine, opened once for all tests that share it.</summary>
public sealed class TestDevice(Device device)
{
    private readonly Lazy<Accelerator> accelerator = new(() => device.CreateAccelerator(TestDevices.Context));

    public Device Device => device;

    /// <summary>Shared: leave its switches as they are. Tests that count or break something make their own.</summary>
    public Accelerator Accelerator => accelerator.Value;

    public Accelerator CreateAccelerator() => device.CreateAccelerator(TestDevices.Context);

    public override string ToString() => $"{device.AcceleratorType} {device.Name}";
}
