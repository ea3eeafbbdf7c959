using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests;

/// <summary>Closes the devices that the tests shared.</summary>
[SetUpFixture]
public sealed class SharedDevicesCleanup
{
    [OneTimeTearDown]
    public void Close() => TestDevices.Close();
}
