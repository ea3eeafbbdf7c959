using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

public class ReportFormatTests
{
    [Test]
    public void A_line_has_every_figure_of_the_report()
    {
        var report = new StepReport(7, 400, 2.34567, 2.5, 0.987, 1.9e-3, 28_672, 41_234.4, 0.417, 312L << 20, TimeSpan.FromSeconds(83));
        Assert.That(
            ReportFormat.Line(report),
            Is.EqualTo("step   7/400  loss 2.3457  smoothed 2.5000  grad 0.99  lr 1.90e-3  41,234 tok/s  MFU 41.7 %  312 MiB  1:23 left"));
    }

    [TestCase(0, "0 B")]
    [TestCase(1023, "1023 B")]
    [TestCase(1536, "1.5 KiB")]
    [TestCase(3L << 30, "3 GiB")]
    public void Bytes_get_the_unit_that_fits(long bytes, string text) => Assert.That(ReportFormat.Bytes(bytes), Is.EqualTo(text));

    [TestCase(59, "0:59")]
    [TestCase(3600 + 61, "1:01:01")]
    [TestCase(100 * 3600, "100:00:00")]
    public void Times_show_hours_only_when_there_are_any(int seconds, string text) =>
        Assert.That(ReportFormat.Time(TimeSpan.FromSeconds(seconds)), Is.EqualTo(text));
}
