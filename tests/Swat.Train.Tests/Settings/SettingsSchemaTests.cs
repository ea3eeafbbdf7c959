using System.CommandLine;
using Swat.Train.Settings;
using Swat.Train.Training;

namespace Swat.Train.Tests.Settings;

public class SettingsSchemaTests
{
    [Test]
    public void Names_are_the_properties_in_kebab_case() => Assert.That(
        SettingsSchema<TrainOptions>.Instance.Settings.Select(setting => setting.OptionName),
        Does.Contain("--validation-fraction").And.Contain("--lr").And.Contain("--kv-heads").And.Contain("--beta1"));

    [Test]
    public void Every_setting_says_its_default_or_what_none_means()
    {
        var schema = SettingsSchema<TrainOptions>.Instance;
        foreach (var setting in schema.Settings)
            Assert.That(setting.Format(schema.Defaults) + setting.DefaultMeaning, Is.Not.Empty, setting.Name);
    }

    [Test]
    public void Options_that_are_not_given_keep_their_defaults() => Assert.That(Read(), Is.EqualTo(new TrainOptions { Data = Read().Data }));

    [Test]
    public void Options_are_converted_to_their_types()
    {
        var options = Read("--data", "a.txt", "--data", "b", "--steps", "12", "--lr", "3e-4", "--seed", "9000000000", "--window", "7");
        Assert.That(options.Data, Is.EqualTo(new[] { "a.txt", "b" }));
        Assert.That(options.Steps, Is.EqualTo(12));
        Assert.That(options.Lr, Is.EqualTo(3e-4));
        Assert.That(options.Seed, Is.EqualTo(9_000_000_000));
        Assert.That(options.Window, Is.EqualTo(7));
    }

    [TestCase("--window", "0", "at least 1")]
    [TestCase("--length", "0", "at least 1")]
    [TestCase("--steps", "-3", "at least 1")]
    [TestCase("--steps", "many", "whole number")]
    [TestCase("--steps", "1.5", "whole number")]
    [TestCase("--steps", "3000000000", "too large")]
    [TestCase("--lr", "0", "more than 0")]
    [TestCase("--lr", "NaN", "number")]
    [TestCase("--lr", "fast", "number")]
    [TestCase("--beta2", "1", "less than 1")]
    [TestCase("--lr-floor", "1.5", "at most 1")]
    [TestCase("--preset", "", "empty")]
    public void A_value_out_of_range_names_the_option_and_the_range(string option, string value, string message)
    {
        var error = Assert.Throws<UserErrorException>(() => Read(option, value));
        Assert.That(error!.Message, Does.StartWith(option).And.Contain(message).And.Contain(value));
    }

    [Test]
    public void An_option_given_twice_that_takes_one_value_is_refused()
    {
        var command = new Command("train");
        _ = new SettingsBinder<TrainOptions>(command);
        Assert.That(command.Parse(["--steps", "1", "--steps", "2"]).Errors, Is.Not.Empty);
    }

    [Test]
    public void An_unknown_name_is_answered_with_the_nearest()
    {
        var error = Assert.Throws<UserErrorException>(() => SettingsSchema<TrainOptions>.Instance.Find("stpes", "run.yaml, line 3"));
        Assert.That(error!.Message, Does.Contain("run.yaml, line 3").And.Contain("'stpes'").And.Contain("'steps'"));
    }

    [TestCase("stpes", "steps")]
    [TestCase("step", "steps")]
    [TestCase("Window", "window")]
    [TestCase("xyzzy", null)]
    public void The_nearest_name_has_the_fewest_edits(string name, string? nearest) =>
        Assert.That(NearestName.Find(name, ["steps", "window", "length", "seed"]), Is.EqualTo(nearest));

    private static TrainOptions Read(params string[] arguments)
    {
        var command = new Command("train");
        var binder = new SettingsBinder<TrainOptions>(command);
        return binder.Read(command.Parse(arguments));
    }
}
