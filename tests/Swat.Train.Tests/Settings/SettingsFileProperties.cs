using FsCheck;
using FsCheck.Fluent;
using Swat.Train.Settings;
using Swat.Train.Training;

namespace Swat.Train.Tests.Settings;

/// <summary>What holds for settings files of any content.</summary>
public class SettingsFileProperties
{
    private const int Cases = 300;

    [Test]
    public void Any_text_is_read_or_refused_with_its_line() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Cases),
        Prop.ForAll(
            Gen.ArrayOf(Gen.Elements("steps", "data", "lr", ":", " ", "-", "[", "]", ",", "'", "\"", "\\", "#", "\n", "3", "x", "null", "é")).Select(string.Concat).ToArbitrary(),
            text =>
            {
                try
                {
                    SettingsFile.Read<TrainOptions>(text, "run.yaml");
                    return true;
                }
                catch (UserErrorException exception)
                {
                    return exception.Message.Contains("run.yaml, line ", StringComparison.Ordinal);
                }
            }));

    [Test]
    public void Any_text_survives_as_a_value() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Cases),
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyString>(), text =>
        {
            var value = text.Get;
            var read = SettingsFile.Read<TrainOptions>(SettingsFile.Write(new TrainOptions { SamplePrompt = value, Data = [value, "b"] }), "run.yaml");
            return read.SamplePrompt == value && read.Data.SequenceEqual([value, "b"]);
        }));
}
