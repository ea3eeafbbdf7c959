using Swat.Train.Settings;
using Swat.Train.Training;

namespace Swat.Train.Tests.Commands;

public class HelpTests
{
    [TestCase("train")]
    [TestCase("prepare")]
    [TestCase("generate")]
    [TestCase("devices")]
    [TestCase("verify")]
    public void Each_command_is_listed_and_has_help(string command)
    {
        Assert.That(SwatRunner.Run("--help").Output, Does.Contain(command));
        var help = SwatRunner.Run(command, "--help");
        Assert.That(help.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(help.Output, Does.Match($@"Usage:\s+\S+ {command} "));
    }

    [Test]
    public void Without_arguments_the_help_is_printed() => Assert.That(SwatRunner.Run().Output, Does.Contain("Commands:"));

    [Test]
    public void The_help_of_train_has_every_setting_with_its_default()
    {
        var help = Unwrapped(SwatRunner.Run("train", "--help").Output);
        foreach (var setting in SettingsSchema<TrainOptions>.Instance.Settings)
            Assert.That(help, Does.Contain($"{setting.OptionName} <").And.Contain(Unwrapped(setting.Describe(new TrainOptions()))));
    }

    [Test]
    public void The_printed_configuration_is_read_back_with_config()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("run.yaml", SwatRunner.Run("train", "--print-config", "--steps", "77", "--data", "a b").Output);
        var again = SwatRunner.Run("train", "--config", file, "--print-config", "--window", "9");
        Assert.That(again.ExitCode, Is.EqualTo(ExitCode.Success));
        var options = SettingsFile.Read<TrainOptions>(again.Output, "output");
        Assert.That(options.Steps, Is.EqualTo(77));
        Assert.That(options.Window, Is.EqualTo(9));
        Assert.That(options.Data, Is.EqualTo(new[] { "a b" }));
    }

    private static string Unwrapped(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
