using System.Diagnostics;
using Swat.Train.Training;

namespace Swat.Train.Tests.Survival;

/// <summary>A disk that fills up costs the checkpoints and log lines that do not fit, and nothing else.</summary>
public class FullDiskTests
{
    [Test]
    public void A_run_goes_on_without_the_checkpoints_that_do_not_fit_and_keeps_those_that_do()
    {
        using var run = new TinyRun();
        using var disk = SmallDisk.Mount(run.Folder["disk"], kibibytes: 900);
        var folder = Path.Combine(disk.Path, "run");
        var full = SwatRunner.Run(run.Train(folder, "--checkpoint-every", "6", "--keep-checkpoints", "10"));
        Assert.That(full.ExitCode, Is.EqualTo(ExitCode.Failure), "the last checkpoint is missing");
        Assert.That(full.Output, Does.Contain("step 24/24").And.Contain("could not be written"));
        var kept = CheckpointFolder.List(folder);
        Assert.That(kept, Has.Count.InRange(1, 3));
        foreach (var (_, path) in kept)
            TrainingCheckpoint.CheckFiles(path, TrainingCheckpoint.LoadState(path));
        Assert.That(Directory.GetDirectories(folder, ".writing-*"), Is.Empty);
    }

    [Test]
    public void A_disk_that_is_full_from_the_start_is_reported_in_one_line()
    {
        using var run = new TinyRun();
        using var disk = SmallDisk.Mount(run.Folder["disk"], kibibytes: 64);
        using (var filler = File.Create(Path.Combine(disk.Path, "filler")))
            Assert.Throws<IOException>(() => filler.Write(new byte[1 << 20]));
        var full = SwatRunner.Run(run.Train(Path.Combine(disk.Path, "run")));
        Assert.That(full.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(full.Error, Does.Contain("--out").And.Not.Contain("   at "));
    }

    /// <summary>A file system in memory.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private SmallDisk(string path) => Path = path;

        public string Path { get; }

        /// <summary>Mounts it; where that is not allowed, the running test is skipped.</summary>
        public static SmallDisk Mount(string path, int kibibytes)
        {
            Directory.CreateDirectory(path);
            if (!OperatingSystem.IsLinux() || Run("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "tmpfs", path) != 0)
                Assert.Ignore("mounting a small file system takes Linux and the right to mount");
            return new(path);
        }

        public void Dispose() => Run("umount", Path);

        private static int Run(string program, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
    }
}
