using Swat.Train.Training;

namespace Swat.Train.Tests.Survival;

/// <summary>A process that is killed at any moment leaves nothing half-written and loses no more than what it did since its last checkpoint.</summary>
public class KillTests
{
    private const int Kills = 3;
    private const int Interval = 10;
    private const string WritingPattern = ".writing-*";
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

    [Test]
    public void A_run_that_is_killed_while_it_writes_a_checkpoint_goes_on_from_the_one_before()
    {
        using var run = new TinyRun();
        // Large enough that writing takes a while.
        string[] options = ["--checkpoint-every", $"{Interval}", "--keep-checkpoints", "1", "--hidden", "256", "--schedule", "constant", "--warmup", "0"];
        var random = TestContext.CurrentContext.Random;
        var newest = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            using (var process = SwatProcess.Start([.. run.Train("run", [.. options, "--steps", "100000"]), "--resume", "auto"]))
            {
                WaitForCheckpoint(process, run, newest);
                WaitForWriting(process, run, files: random.Next(1, 6));
                process.Kill();
            }

            var writing = Directory.GetDirectories(run.Folder["run"], WritingPattern);
            newest = CheckNothingIsHalfWritten(run);
            foreach (var step in writing.Select(path => int.Parse(path.Split('-')[^1])))
                Assert.That(newest, Is.EqualTo(step - Interval), "the checkpoint before stays until the new one has its name");
        }

        var rest = SwatRunner.Run("train", "--resume", run.Folder["run"], "--steps", $"{newest + Interval}");
        Assert.That(rest.ExitCode, Is.EqualTo(ExitCode.Success), rest.Error);
        Assert.That(Directory.GetDirectories(run.Folder["run"], ".*"), Is.Empty, "what the killed processes left is deleted");
        SwatRunner.Run(run.Train("whole", [.. options, "--steps", $"{newest + Interval}"]));
        Assert.That(run.Checkpoint("run"), Is.EqualTo(run.Checkpoint("whole")));
    }

    private static void WaitForWriting(SwatProcess process, TinyRun run, int files)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!Directory.GetDirectories(run.Folder["run"], WritingPattern).Any(path => FilesIn(path) >= files))
        {
            if (process.HasExited || DateTime.UtcNow > deadline)
                Assert.Fail($"no checkpoint of {files} files was being written: {process.Wait()}");
            Thread.Yield();
        }
    }

    // It can be renamed at any time.
    private static int FilesIn(string folder)
    {
        try
        {
            return Directory.GetFiles(folder).Length;
        }
        catch (DirectoryNotFoundException)
        {
            return 0;
        }
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
