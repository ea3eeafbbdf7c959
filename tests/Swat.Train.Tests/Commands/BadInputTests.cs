namespace Swat.Train.Tests.Commands;

public class BadInputTests
{
    private TemporaryFolder folder = null!;
    private string text = "";

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        text = folder.Write("text.txt", string.Join('\n', Enumerable.Range(0, 400).Select(i => $"line {i}")));
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public void Missing_data_names_the_path() => Refused("no such file", "--data", "/no/such/text.txt");

    [Test]
    public void Empty_data_is_refused() => Refused("no text", "--data", folder.Write("empty.txt", ""));

    [Test]
    public void A_text_shorter_than_one_sequence_is_refused() => Refused("too short", "--data", folder.Write("short.txt", "short"));

    [Test]
    public void An_unknown_preset_lists_those_there_are() => Refused("340M", "--data", text, "--preset", "900G");

    [Test]
    public void An_unknown_device_lists_those_there_are() => Refused("cpu", "--data", text, "--device", "abacus");

    [TestCase("--window")]
    [TestCase("--length")]
    [TestCase("--steps")]
    [TestCase("--batch")]
    public void Zero_is_refused(string option) => Refused($"{option} is at least 1", "--data", text, option, "0");

    [Test]
    public void Heads_that_do_not_divide_the_width_are_refused() => Refused("divide", "--data", text, "--heads", "7");

    [Test]
    public void An_output_folder_that_exists_is_refused_and_left_alone()
    {
        var kept = folder.Write("run/mine.txt", "mine");
        RefusedAs("exists", ["--data", text, "--out", folder["run"]]);
        Assert.That(Directory.GetFileSystemEntries(folder["run"]), Is.EqualTo(new[] { kept }));
    }

    [Test]
    public void A_misspelt_option_is_answered_with_the_nearest()
    {
        var run = SwatRunner.Run("train", "--stpes", "4");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(run.Error, Does.Contain("--steps").And.Contain("swat train --help").And.Not.Contain("'4'"));
    }

    [Test]
    public void An_option_without_its_value_is_refused()
    {
        var run = SwatRunner.Run("train", "--steps");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(run.Error, Does.Contain("--steps"));
    }

    [Test]
    public void An_unknown_command_is_refused()
    {
        var run = SwatRunner.Run("trian");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(run.Error, Does.Contain("did you mean 'train'"));
    }

    [Test]
    public void A_configuration_file_that_is_missing_or_wrong_is_refused()
    {
        Refused("no such file", "--config", folder["none.yaml"]);
        Refused("line 2", "--config", folder.Write("bad.yaml", "steps: 3\nwindow: 0\n"));
    }

    [Test]
    public void A_folder_that_is_no_run_is_not_resumed() => RefusedAs("run.yaml", ["--resume", folder.Path]);

    [Test]
    public void Generating_needs_a_checkpoint_and_a_prompt()
    {
        Assert.That(SwatRunner.Run("generate", "--prompt", "x").Error, Does.Contain("--checkpoint"));
        Assert.That(SwatRunner.Run("generate", "--checkpoint", folder.Path).Error, Does.Contain("--prompt"));
        var run = SwatRunner.Run("generate", "--checkpoint", folder.Path, "--prompt", "x");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(run.Error, Does.Contain(folder.Path).And.Contain("config.json"));
    }

    [Test]
    public void Verifying_needs_a_folder_with_cases()
    {
        Assert.That(SwatRunner.Run("verify", folder.Path).ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(SwatRunner.Run("verify", folder["none"]).Error, Does.Contain("no such folder"));
    }

    private void Refused(string message, params string[] arguments) => RefusedAs(message, ["--out", folder["out"], .. arguments]);

    private void RefusedAs(string message, string[] arguments)
    {
        var before = Directory.GetFileSystemEntries(folder.Path);
        var run = SwatRunner.Run(["train", .. arguments]);
        Assert.That(run.Error, Does.Contain(message));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.EquivalentTo(before), "nothing is written");
    }
}
