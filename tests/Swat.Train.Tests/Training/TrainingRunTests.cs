using System.Text.Json;
using Swat.Model.Safetensors;
using Swat.Train.Settings;
using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

public class TrainingRunTests
{
    private static readonly string[] Tiny =
    [
        "--layers", "1", "--hidden", "32", "--heads", "2", "--length", "32", "--window", "8", "--batch", "4", "--lr", "0.01", "--steps", "24",
        "--validation-tokens", "256", "--sample-tokens", "12",
    ];

    private TemporaryFolder folder = null!;
    private string text = "";

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        text = folder.Write("text.txt", string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog\n", 60)));
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public void Training_lowers_the_loss_and_leaves_a_run_that_generates()
    {
        var run = Train("run");
        Assert.That(run.Error, Is.Empty);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(run.Output, Does.Contain("validation loss").And.Contain("sample").And.Contain("parameters"));

        var validation = Metrics("run", "validation_loss");
        Assert.That(validation[0], Is.EqualTo(Math.Log(264)).Within(0.1), "an untrained model guesses evenly");
        Assert.That(validation[^1], Is.LessThan(validation[0] - 1));

        var files = Directory.GetFiles(folder["run/step-000024"]).Select(Path.GetFileName);
        Assert.That(files, Is.EquivalentTo(new[] { "config.json", "model.safetensors", "tokenizer.json", "training.json", "training.safetensors" }));
        Assert.That(SettingsFile.Read<TrainOptions>(File.ReadAllText(folder["run/run.yaml"]), "run.yaml").Steps, Is.EqualTo(24));

        string[] generate = ["generate", "--checkpoint", folder["run"], "--prompt", "the quick", "--tokens", "9"];
        var first = SwatRunner.Run(generate);
        Assert.That(first.ExitCode, Is.EqualTo(ExitCode.Success), first.Error);
        Assert.That(first.Output, Does.StartWith("the quick").And.Length.GreaterThan("the quick\n".Length));
        Assert.That(SwatRunner.Run(generate).Output, Is.EqualTo(first.Output), "the same seed writes the same text");
        var several = SwatRunner.Run([.. generate, "--prompt", "the lazy"]);
        Assert.That(several.Output, Does.StartWith("--- 1 of 2" + Environment.NewLine + "the quick").And.Contain("--- 2 of 2" + Environment.NewLine + "the lazy"));
        Assert.That(several.Error, Does.Match("18 tokens, .* tokens/s .*on cpu"));
    }

    [Test]
    public void The_same_seed_gives_the_same_run_bit_for_bit_and_another_seed_another()
    {
        Train("a");
        Train("b");
        Train("c", "--seed", "2");
        Assert.That(Weights("b"), Is.EqualTo(Weights("a")));
        Assert.That(Weights("c"), Is.Not.EqualTo(Weights("a")));
    }

    [Test]
    public void A_run_that_was_stopped_and_continued_ends_as_if_it_had_not_been()
    {
        Train("whole");
        var stopped = TrainHalf("parts");
        Assert.That(stopped.ExitCode, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(stopped.Output, Does.Contain($"swat train --resume {folder["parts"]}"));
        Assert.That(CheckpointFolder.List(folder["parts"])[^1].Step, Is.EqualTo(12));

        var rest = SwatRunner.Run("train", "--resume", folder["parts"]);
        Assert.That(rest.ExitCode, Is.EqualTo(ExitCode.Success), rest.Error);
        Assert.That(Weights("parts"), Is.EqualTo(Weights("whole")));
        Assert.That(Metrics("parts", "loss"), Is.EqualTo(Metrics("whole", "loss")));
    }

    [Test]
    public void A_step_of_two_half_batches_learns_what_one_batch_would()
    {
        Train("whole", "--steps", "4");
        Train("halves", "--steps", "4", "--batch", "2", "--tokens-per-step", "128");
        Assert.That(Metrics("halves", "loss"), Is.EqualTo(Metrics("whole", "loss")).Within(1e-5));
        Assert.That(Metrics("halves", "gradient_norm"), Is.EqualTo(Metrics("whole", "gradient_norm")).Within(1e-4));
        Assert.That(Metrics("halves", "tokens"), Is.EqualTo(new[] { 128.0, 256, 384, 512 }));
    }

    [Test]
    public void Attention_that_stays_inside_documents_gives_other_losses_and_is_continued_alike()
    {
        for (var i = 0; i < 40; i++)
            folder.Write($"documents/{i:D2}.txt", File.ReadAllText(text)[..50]);
        string[] data = ["--data", folder["documents"], "--steps", "6", "--validation-fraction", "0.2"];
        Train("joined", data);
        Train("separate", [.. data, "--document-attention"]);
        Assert.That(Metrics("separate", "loss")[0], Is.Not.EqualTo(Metrics("joined", "loss")[0]));
        Assert.That(Metrics("separate", "validation_loss")[^1], Is.LessThan(Metrics("separate", "validation_loss")[0]));
    }

    [Test]
    public void A_run_that_diverges_stops_and_names_what_was_not_finite_first()
    {
        var run = Train("run", "--lr", "1e38", "--weight-decay", "0", "--warmup", "0", "--max-skipped-steps", "2", "--detect-anomaly", "true");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failure));
        Assert.That(run.Error, Does.Contain("Training diverged").And.Contain("2 steps in a row"));
        Assert.That(run.Output, Does.Match("step \\d+: .*values that are not finite"));
    }

    [Test]
    public void A_run_may_continue_with_another_batch_where_it_was_in_its_data()
    {
        Train("run", "--steps", "4");
        var rest = SwatRunner.Run("train", "--resume", folder["run"], "--steps", "6", "--batch", "1", "--sample-tokens", "0");
        Assert.That(rest.ExitCode, Is.EqualTo(ExitCode.Success), rest.Error);
        Assert.That(TrainingCheckpoint.LoadState(folder["run/step-000006"]).Sequences, Is.EqualTo(4 * 4 + 2));
    }

    [Test]
    public void Other_data_is_not_trained_on_by_a_run_that_continues()
    {
        TrainHalf("run");
        folder.Write("text.txt", File.ReadAllText(text).Replace("fox", "cat"));
        var rest = SwatRunner.Run("train", "--resume", folder["run"]);
        Assert.That(rest.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(rest.Error, Does.Contain("data is not what this run was trained on"));
    }

    [TestCase(TrainingCheckpoint.MomentsFile, 5000)]
    [TestCase(SafetensorsWeights.FileName, 9000)]
    [TestCase(TrainingCheckpoint.StateFile, 10)]
    public void A_damaged_checkpoint_is_named_and_the_run_continues_from_the_one_before(string file, int damagedByte)
    {
        TrainHalf("run");
        var path = folder[$"run/step-000012/{file}"];
        var bytes = File.ReadAllBytes(path);
        bytes[damagedByte] ^= 0x10;
        File.WriteAllBytes(path, bytes);
        var rest = SwatRunner.Run("train", "--resume", folder["run"], "--steps", "13", "--sample-tokens", "0");
        Assert.That(rest.ExitCode, Is.EqualTo(ExitCode.Success), rest.Error);
        Assert.That(rest.Error, Does.Contain(path).And.Contain("trying the checkpoint before it"));
        Assert.That(rest.Output, Does.Contain("continuing from step 6"));
    }

    [Test]
    public void The_newest_checkpoints_stay_and_the_one_with_the_lowest_validation_loss()
    {
        Train("run", "--checkpoint-every", "4", "--keep-checkpoints", "1", "--validate-every", "9");
        var steps = CheckpointFolder.List(folder["run"]).ToDictionary(found => found.Step, found => TrainingCheckpoint.LoadState(found.Path).ValidationLoss);
        Assert.That(steps, Does.ContainKey(24).And.Count.LessThanOrEqualTo(2));
        Assert.That(steps.Values.Min(), Is.EqualTo(Metrics("run", "validation_loss").Skip(1).Min()));
    }

    [Test]
    public void A_finished_run_has_nothing_to_continue_but_more_steps()
    {
        Train("run");
        Assert.That(SwatRunner.Run("train", "--resume", folder["run"]).Output, Does.Contain("nothing is left to do"));
        Assert.That(SwatRunner.Run("train", "--resume", folder["run"], "--steps", "26").ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(CheckpointFolder.Resolve(folder["run"], "--resume"), Is.EqualTo(folder["run/step-000026"]));
    }

    // Options in more replace those of the same name.
    private SwatRunner Train(string name, params string[] more) => SwatRunner.Run(
        ["train", .. more.Contains("--data") ? [] : (string[])["--data", text], "--out", folder[name], .. Tiny.Chunk(2).Where(option => !more.Contains(option[0])).SelectMany(option => option), .. more]);

    // A quarter of the steps is between validations, so the run stops in its middle.
    private SwatRunner TrainHalf(string name) =>
        SwatRunner.RunAndStopAfter("at step 12", ["train", "--data", text, "--out", folder[name], .. Tiny]);

    private byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(CheckpointFolder.Resolve(folder[run], "--resume"), SafetensorsWeights.FileName));

    private double[] Metrics(string run, string name) => File.ReadAllLines(folder[$"{run}/metrics.jsonl"])
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Where(line => line.TryGetProperty(name, out _))
        .Select(line => line.GetProperty(name).GetDouble())
        .ToArray();
}
