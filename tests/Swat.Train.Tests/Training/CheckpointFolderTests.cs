using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

public class CheckpointFolderTests
{
    [Test]
    public void A_checkpoint_appears_whole_under_its_name()
    {
        using var run = new TemporaryFolder();
        var path = CheckpointFolder.Write(run.Path, 250, folder =>
        {
            File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
            Assert.That(CheckpointFolder.List(run.Path), Is.Empty, "nothing has a checkpoint's name while it is written");
        });
        Assert.That(path, Is.EqualTo(run["step-000250"]));
        Assert.That(Directory.GetFileSystemEntries(run.Path), Is.EqualTo(new[] { path }));
    }

    [Test]
    public void A_write_that_fails_leaves_nothing_and_keeps_the_older_checkpoint()
    {
        using var run = new TemporaryFolder();
        var older = CheckpointFolder.Write(run.Path, 1, folder => File.WriteAllText(Path.Combine(folder, "config.json"), "{}"));
        Assert.That(
            () => CheckpointFolder.Write(run.Path, 2, folder =>
            {
                File.WriteAllText(Path.Combine(folder, "config.json"), "{");
                throw new IOException("No space left on device");
            }),
            Throws.InstanceOf<IOException>());
        Assert.That(Directory.GetFileSystemEntries(run.Path), Is.EqualTo(new[] { older }));
    }

    [Test]
    public void What_a_killed_run_left_behind_is_no_checkpoint_and_does_not_disturb_the_next_write()
    {
        using var run = new TemporaryFolder();
        run.Write(".writing-step-000007/model.safetensors", "half");
        Assert.That(CheckpointFolder.List(run.Path), Is.Empty);
        var path = CheckpointFolder.Write(run.Path, 7, folder => File.WriteAllText(Path.Combine(folder, "config.json"), "{}"));
        Assert.That(Directory.GetFiles(path).Select(Path.GetFileName), Is.EqualTo(new[] { "config.json" }));
    }

    [Test]
    public void The_checkpoint_that_is_replaced_stays_until_the_new_one_is_complete()
    {
        using var run = new TemporaryFolder();
        CheckpointFolder.Write(run.Path, 3, folder => File.WriteAllText(Path.Combine(folder, "config.json"), "old"));
        var path = CheckpointFolder.Write(run.Path, 3, folder =>
        {
            File.WriteAllText(Path.Combine(folder, "config.json"), "new");
            Assert.That(File.ReadAllText(run["step-000003/config.json"]), Is.EqualTo("old"));
        });
        Assert.That(File.ReadAllText(Path.Combine(path, "config.json")), Is.EqualTo("new"));
        Assert.That(Directory.GetFileSystemEntries(run.Path), Is.EqualTo(new[] { path }));
    }

    [Test]
    public void What_a_killed_run_left_behind_is_deleted_and_checkpoints_are_not()
    {
        using var run = new TemporaryFolder();
        run.Write(".writing-step-000007/model.safetensors", "half");
        run.Write(".deleting-step-000001/model.safetensors", "half");
        run.Write("step-000006/config.json", "{}");
        CheckpointFolder.DeleteRemains(run.Path);
        Assert.That(Directory.GetFileSystemEntries(run.Path), Is.EqualTo(new[] { run["step-000006"] }));
    }

    [Test]
    public void A_run_stands_for_its_newest_checkpoint_and_a_checkpoint_for_itself()
    {
        using var run = new TemporaryFolder();
        foreach (var step in new[] { 900, 1_000_000, 20 })
            CheckpointFolder.Write(run.Path, step, folder => File.WriteAllText(Path.Combine(folder, "config.json"), "{}"));
        Assert.That(CheckpointFolder.Resolve(run.Path, "--checkpoint"), Is.EqualTo(run["step-1000000"]));
        Assert.That(CheckpointFolder.Resolve(run["step-000020"], "--checkpoint"), Is.EqualTo(run["step-000020"]));
    }

    [Test]
    public void A_folder_without_a_checkpoint_is_refused()
    {
        using var run = new TemporaryFolder();
        Assert.That(() => CheckpointFolder.Resolve(run.Path, "--checkpoint"), Throws.TypeOf<UserErrorException>().With.Message.Contains("config.json"));
        Assert.That(() => CheckpointFolder.Resolve(run["none"], "--checkpoint"), Throws.TypeOf<UserErrorException>().With.Message.Contains("no such folder"));
    }
}
