using Swat.Model.Safetensors;
using Swat.Tensors.Tests.Support;
using Swat.Train.Training;

namespace Swat.Train.Tests.Survival;

public class ResumeTests
{
    [Test]
    public void A_run_of_several_parts_is_bit_for_bit_the_run_of_one(
        [ValueSource(typeof(TestDevices), nameof(TestDevices.Names))] string device, [Values("float32", "bfloat16", "float16")] string dtype)
    {
        using var run = new TinyRun();
        string[] options = ["--device", device, "--dtype", dtype, "--tokens-per-step", "128", "--checkpoint-every", "7"];
        var whole = SwatRunner.Run(run.Train("whole", options));
        Assert.That(whole.ExitCode, Is.EqualTo(ExitCode.Success), whole.Error);

        var first = SwatRunner.RunAndStopAfter("step 10/", [.. run.Train("parts", options), "--report-seconds", "0"]);
        var second = SwatRunner.RunAndStopAfter("step 17/", "train", "--resume", run.Folder["parts"]);
        Assert.That((first.ExitCode, second.ExitCode), Is.EqualTo((ExitCode.Interrupted, ExitCode.Interrupted)));
        var last = SwatRunner.Run("train", "--resume", run.Folder["parts"]);
        Assert.That(last.ExitCode, Is.EqualTo(ExitCode.Success), last.Error);
        Assert.That(run.Checkpoint("parts"), Is.EqualTo(run.Checkpoint("whole")));
        Assert.That(run.Losses("parts"), Is.EqualTo(run.Losses("whole")));
    }

    [Test]
    public void The_scale_of_the_loss_goes_on_where_it_was_and_a_checkpoint_without_it_still_loads()
    {
        using var run = new TinyRun();
        SwatRunner.Run(run.Train("run", "--dtype", "float16", "--steps", "5"));
        var checkpoint = run.Folder["run/step-000005"];
        using (var moments = SafetensorsFile.Open(Path.Combine(checkpoint, TrainingCheckpoint.MomentsFile)))
        {
            Assert.That(moments.Span<float>("loss_scale_good_steps")[0], Is.EqualTo(5));
            Assert.That(moments.Span<float>("loss_scale")[0], Is.EqualTo(65536));
        }

        SwatRunner.Run(run.Train("unscaled", "--steps", "5"));
        var rest = SwatRunner.Run("train", "--resume", run.Folder["unscaled"], "--steps", "8", "--dtype", "float16");
        Assert.That(rest.ExitCode, Is.EqualTo(ExitCode.Success), rest.Error);
        using var continued = SafetensorsFile.Open(run.Folder[$"unscaled/step-000008/{TrainingCheckpoint.MomentsFile}"]);
        Assert.That(continued.Span<float>("loss_scale_good_steps")[0], Is.EqualTo(3));
    }

    [Test]
    public void A_damaged_checkpoint_does_not_outlive_the_whole_ones_that_are_written_after_it()
    {
        using var run = new TinyRun();
        string[] options = ["--checkpoint-every", "10", "--keep-checkpoints", "2"];
        SwatRunner.Run(run.Train("run", [.. options, "--steps", "20"]));
        File.Delete(run.Folder["run/step-000020/model.safetensors"]);
        var rest = SwatRunner.Run("train", "--resume", run.Folder["run"], "--steps", "14", "--keep-checkpoints", "1");
        Assert.That(rest.ExitCode, Is.EqualTo(ExitCode.Success), rest.Error);
        Assert.That(CheckpointFolder.List(run.Folder["run"]).Select(found => found.Step), Is.EqualTo(new[] { 14 }));
    }

    [Test]
    public void Resume_auto_starts_a_run_continues_it_and_knows_when_it_is_done()
    {
        using var run = new TinyRun();
        string[] command = [.. run.Train("run"), "--resume", "auto"];
        var started = SwatRunner.RunAndStopAfter("step 10/", [.. command, "--report-seconds", "0"]);
        Assert.That(started.ExitCode, Is.EqualTo(ExitCode.Interrupted), started.Error);
        var continued = SwatRunner.Run(command);
        Assert.That(continued.ExitCode, Is.EqualTo(ExitCode.Success), continued.Error);
        Assert.That(continued.Output, Does.Contain("continuing from step"));
        Assert.That(SwatRunner.Run(command).Output, Does.Contain("nothing is left to do"));
        Assert.That(run.Losses("run"), Has.Length.EqualTo(24));
    }

    [Test]
    public void Resume_auto_starts_again_a_run_that_has_no_checkpoint_yet()
    {
        using var run = new TinyRun();
        SwatRunner.Run(run.Train("run"));
        Directory.Delete(run.Folder["run/step-000024"], recursive: true);
        var again = SwatRunner.Run([.. run.Train("run"), "--resume", "auto"]);
        Assert.That(again.ExitCode, Is.EqualTo(ExitCode.Success), again.Error);
        Assert.That(run.Losses("run"), Has.Length.EqualTo(24));
    }

    [Test]
    public void Resume_auto_does_not_start_over_where_every_checkpoint_is_damaged()
    {
        using var run = new TinyRun();
        SwatRunner.Run(run.Train("run"));
        File.Delete(run.Folder["run/step-000024/training.json"]);
        var again = SwatRunner.Run([.. run.Train("run"), "--resume", "auto"]);
        Assert.That(again.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(again.Error, Does.Contain("no checkpoint in it can be used"));
    }

    [TestCase("--layers", "2")]
    [TestCase("--window", "4")]
    [TestCase("--alibi", "negative")]
    public void A_run_that_continues_keeps_its_model(string option, string value)
    {
        using var run = new TinyRun();
        SwatRunner.Run(run.Train("run", "--steps", "2"));
        var changed = SwatRunner.Run("train", "--resume", run.Folder["run"], "--steps", "4", option, value);
        Assert.That(changed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(changed.Error, Does.Contain(option).And.Contain("keeps its model"));
    }
}
