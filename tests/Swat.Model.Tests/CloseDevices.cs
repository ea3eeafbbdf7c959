namespace Swat.Model.Tests;

[SetUpFixture]
public sealed class CloseDevices
{
    [OneTimeTearDown]
    public void Close() => Support.TestDevices.CloseAll();
}
