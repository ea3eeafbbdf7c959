using System.CommandLine;

namespace Swat.Train.Settings;

/// <summary>Gives a command an option for each setting of <typeparamref name="T"/> and reads what the user wrote back into a record.</summary>
public sealed class SettingsBinder<T>
    where T : class, new()
{
    private readonly List<(Setting Setting, Option Option)> options = [];

    /// <param name="command">The command that gets the options.</param>
    public SettingsBinder(Command command)
    {
        foreach (var setting in SettingsSchema<T>.Instance.Settings)
        {
            var option = CreateOption(setting);
            options.Add((setting, option));
            command.Add(option);
        }
    }

    /// <summary>The options of the command line over the defaults.</summary>
    /// <exception cref="UserErrorException">A value is not of its type or outside its range.</exception>
    public T Read(ParseResult parsed) => Read(parsed, new T());

    /// <summary>The options of the command line over those in <paramref name="options"/>, which is changed and returned.</summary>
    /// <exception cref="UserErrorException">A value is not of its type or outside its range.</exception>
    public T Read(ParseResult parsed, T options)
    {
        foreach (var (setting, option) in this.options)
        {
            if (parsed.GetResult(option) is not { Implicit: false } result)
                continue;
            var texts = result.Tokens.Select(token => token.Value).ToArray();
            setting.Store(options, texts.Length == 0 && setting.IsSwitch ? ["true"] : texts, setting.OptionName);
        }

        return options;
    }

    // Values stay text here: Setting converts them, so that the command line and a file give the same errors.
    private static Option CreateOption(Setting setting)
    {
        Option option = setting.IsList ? new Option<string[]?>(setting.OptionName) : new Option<string?>(setting.OptionName);
        option.Description = setting.Describe(SettingsSchema<T>.Instance.Defaults);
        option.HelpName = setting.ValueName;
        option.Arity = setting.IsSwitch ? ArgumentArity.ZeroOrOne : setting.IsList ? ArgumentArity.OneOrMore : ArgumentArity.ExactlyOne;
        option.AllowMultipleArgumentsPerToken = setting.IsList;
        return option;
    }
}
