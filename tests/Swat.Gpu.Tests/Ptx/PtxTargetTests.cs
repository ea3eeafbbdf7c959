using Swat.Gpu.Backends.Ptx;

namespace Swat.Gpu.Tests.Ptx;

/// <summary>Which target and version devices and drivers get.</summary>
internal sealed class PtxTargetTests
{
    [TestCase(6, 1, 11080, "sm_61, PTX 7.8")]
    [TestCase(8, 6, 12020, "sm_86, PTX 8.2")]
    [TestCase(9, 0, 13000, "sm_90, PTX 9.0")]
    [TestCase(12, 0, 12080, "sm_120, PTX 8.7")]
    public void A_known_device_gets_its_own_target(int major, int minor, int driver, string expected) =>
        Assert.That(PtxTarget.For(major, minor, driver).ToString(), Is.EqualTo(expected));

    [TestCase(9, 0, 11040, "sm_87, PTX 7.4")]
    [TestCase(8, 9, 11060, "sm_87, PTX 7.6")]
    public void A_driver_that_does_not_know_the_device_gets_an_older_target(int major, int minor, int driver, string expected) =>
        Assert.That(PtxTarget.For(major, minor, driver).ToString(), Is.EqualTo(expected));

    [Test]
    public void An_unknown_newer_device_gets_the_newest_target()
    {
        var target = PtxTarget.For(17, 3, 19040);
        Assert.That(target.ToString(), Is.EqualTo("sm_121, PTX 9.0"));
        Assert.That(target.HasAmpereTensorCores && target.HasBulkCopy, Is.True);
        Assert.That(target.HasWarpGroupMatrix, Is.False);
    }

    [Test]
    public void Instructions_of_one_device_are_no_features_of_the_next()
    {
        Assert.That(PtxTarget.For(9, 0, 12040).HasWarpGroupMatrix, Is.True);
        Assert.That(PtxTarget.For(10, 0, 12080).HasWarpGroupMatrix, Is.False);
        Assert.That(PtxTarget.For(9, 0, 11080).HasWarpGroupMatrix, Is.False);
    }

    [TestCase(10000, "6.3")]
    [TestCase(11080, "7.8")]
    [TestCase(12060, "8.5")]
    [TestCase(12090, "8.8")]
    [TestCase(13010, "9.0")]
    public void A_driver_reads_the_version_of_its_CUDA_release(int driver, string expected) =>
        Assert.That(PtxVersion.FromDriver(driver).ToString(), Is.EqualTo(expected));
}
