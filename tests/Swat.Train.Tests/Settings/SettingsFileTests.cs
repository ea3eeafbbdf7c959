using Swat.Train.Settings;
using Swat.Train.Training;

namespace Swat.Train.Tests.Settings;

public class SettingsFileTests
{
    [Test]
    public void A_written_file_reads_back_as_the_same_options()
    {
        var options = new TrainOptions
        {
            Data = ["a b.txt", "C:\\texts", "it's", "[x]", "#1", "line\nbreak", "8\n", " 7", "-3e5"],
            Steps = 17,
            Lr = 1.0 / 3,
            Seed = long.MaxValue,
            SamplePrompt = " \"quoted\": yes # no\t",
            Out = "null",
            Alibi = "3:1",
        };
        var read = SettingsFile.Read<TrainOptions>(SettingsFile.Write(options), "run.yaml");
        Assert.That(read.Data, Is.EqualTo(options.Data));
        Assert.That(read with { Data = options.Data, Weights = options.Weights, ValidationData = options.ValidationData, TestData = options.TestData }, Is.EqualTo(options));
    }

    [Test]
    public void Every_setting_is_written_with_its_description()
    {
        var text = SettingsFile.Write(new TrainOptions());
        foreach (var setting in SettingsSchema<TrainOptions>.Instance.Settings)
            Assert.That(text, Does.Contain($"\n{setting.Name}:").And.Contain(setting.Description.Split(' ')[0]));
        Assert.That(text.Split('\n'), Has.All.Length.LessThan(140));
    }

    [Test]
    public void Comments_blank_lines_quotes_and_both_kinds_of_list_are_read()
    {
        var options = SettingsFile.Read<TrainOptions>(
            """
            # a run
            data:
              - books/*.txt   # all of them
              - 'it''s.txt'

            steps: 12 # few
            sample-prompt: "a # b"
            preset: nano
            lr:
            window: null
            """,
            "run.yaml");
        Assert.That(options.Data, Is.EqualTo(new[] { "books/*.txt", "it's.txt" }));
        Assert.That(options.Steps, Is.EqualTo(12));
        Assert.That(options.SamplePrompt, Is.EqualTo("a # b"));
        Assert.That(options.Lr, Is.Null);
        Assert.That(options.Window, Is.Null);
        Assert.That(SettingsFile.Read<TrainOptions>("data: [a, \"b, c\", d]", "f").Data, Is.EqualTo(new[] { "a", "b, c", "d" }));
        Assert.That(SettingsFile.Read<TrainOptions>("data: []", "f").Data, Is.Empty);
    }

    [TestCase("steps: 1\nstpes: 2", "line 2", "'steps'")]
    [TestCase("steps: 1\n\nsteps: 2", "line 3", "line 1")]
    [TestCase("window: 0", "line 1", "at least 1")]
    [TestCase("steps 4", "line 1", "name: value")]
    [TestCase("training:\n  steps: 4", "line 1", "unknown setting")]
    [TestCase("  steps: 4", "line 1", "not nested")]
    [TestCase("sample-prompt: \"open", "line 1", "quote")]
    [TestCase("sample-prompt: \"a\\x\"", "line 1", "escape")]
    [TestCase("steps: [1, 2]", "line 1", "one value")]
    [TestCase("data: [a, b", "line 1", "list")]
    [TestCase("data: [a] b", "line 1", "list")]
    public void A_mistake_is_named_with_its_line(string text, string line, string message) => Assert.That(
        () => SettingsFile.Read<TrainOptions>(text, "my.yaml"),
        Throws.TypeOf<UserErrorException>().With.Message.StartsWith("my.yaml").And.Message.Contains(line).And.Message.Contains(message));
}
