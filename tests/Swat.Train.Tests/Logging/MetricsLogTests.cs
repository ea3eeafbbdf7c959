using Swat.Train.Logging;
using Swat.Train.Training;

namespace Swat.Train.Tests.Logging;

public class MetricsLogTests
{
    [Test]
    public void A_run_that_continues_takes_back_later_steps_and_lines_cut_short()
    {
        using var folder = new TemporaryFolder();
        var path = folder["metrics.jsonl"];
        using (var log = MetricsLog.Open(path, lastStep: 0))
        {
            log.WriteValidation(0, 5);
            for (var step = 1; step <= 4; step++)
                log.Write(Report(step));
        }

        File.AppendAllText(path, "{\"step\":2,\"lo");
        var before = File.ReadAllLines(path);
        using (var log = MetricsLog.Open(path, lastStep: 2))
            log.Write(Report(3));
        Assert.That(File.ReadAllLines(path), Is.EqualTo(before[..4]));
    }

    private static StepReport Report(int step) => new(step, 10, 1.5, 1.5, 0.5, 1e-3, step * 10, 100, null, 1 << 20, TimeSpan.Zero);
}
