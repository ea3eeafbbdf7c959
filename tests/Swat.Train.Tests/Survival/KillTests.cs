using Swat.Train.Training;

namespace Swat.Train.Tests.Survival;

/// <summary>A process that is killed at any moment leaves nothing half-written and loses no more than what it did since its last checkpoint.</summary>
public class KillTests
{
    private const int Kills = 3;
    private const int Interval = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Test]
    public void A_run_that_is_killed_again_and_again_ends_as_if_it_had_not_been()
    {
        using var run = new TinyRun();
        string[] options = ["--checkpoint-every", $"{Interval}", "--schedule", "constant", "--warmup", "0"];
        var random = TestContext.CurrentContext.Random;
        var newest = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = SwatProcess.Start([.. run.Train("run", [.. options, "--steps", "100000"]), "--resume", "auto"]);
            WaitForCheckpoint(process, run, newest);
            Thread.Sleep(random.Next(0, 300));
            process.Kill();
            newest = CheckNothingIsHalfWritten(run);
        }

        var end = newest + Interval;
        var rest = SwatRunner.Run("train", "--resume", run.Folder["run"], "--steps", $"{end}");
        Assert.That(rest.ExitCode, Is.EqualTo(ExitCode.Success), rest.Error);
        SwatRunner.Run(run.Train("whole", [.. options, "--steps", $"{end}"]));
        Assert.That(run.Losses("run"), Is.EqualTo(run.Losses("whole")), "a step is logged once, however often it was taken");
        Assert.That(run.Checkpoint("run"), Is.EqualTo(run.Checkpoint("whole")));
    }

    private static void WaitForCheckpoint(SwatProcess process, TinyRun run, int after)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!Directory.Exists(run.Folder["run"]) || CheckpointFolder.List(run.Folder["run"]) is not [.., var newest] || newest.Step <= after)
        {
            if (process.HasExited || DateTime.UtcNow > deadline)
                Assert.Fail($"no checkpoint after step {after}: {process.Wait()}");
            Thread.Sleep(20);
        }
    }

    private static int CheckNothingIsHalfWritten(TinyRun run)
    {
        var checkpoints = CheckpointFolder.List(run.Folder["run"]);
        foreach (var (_, path) in checkpoints)
            TrainingCheckpoint.CheckFiles(path, TrainingCheckpoint.LoadState(path));
        var lastStep = File.ReadLines(run.Folder["run/metrics.jsonl"]).Count(line => line.Contains("\"loss\"") && line.EndsWith('}'));
        Assert.That(checkpoints[^1].Step, Is.GreaterThanOrEqualTo(lastStep - 2 * Interval), "one interval, and the one whose checkpoint was being written");
        return checkpoints[^1].Step;
    }
}
