using Swat.Tensors.Tests.Support;

namespace Swat.Model.Tests;

[SetUpFixture]
public sealed class CloseDevices
{
    [OneTimeTearDown]
    public void Close() => TestDevices.CloseAll();
}
