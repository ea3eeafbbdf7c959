using System.CommandLine;

namespace Swat.Train.Settings;

/// <summary>Gives a command an option for each setting of <typeparamref name="T"/> and reads what the user wrote back into a record.</summary>
public sealed class SettingsBinder<T>
    where T : class, new()
{
    private readonly List<(Setting Setting, Option<string[]?> Option)> options = [];

    /// <param name="command">The command that gets the options.</param>
    public SettingsBinder(Command command)
    {
        foreach (var setting in SettingsSchema<T>.Instance.Settings)
        {
            var option = new Option<string[]?>(setting.OptionName)
            {
                Description = setting.Describe(SettingsSchema<T>.Instance.Defaults),
                HelpName = setting.ValueName,
                Arity = setting.IsSwitch ? ArgumentArity.ZeroOrOne : setting.IsList ? ArgumentArity.OneOrMore : ArgumentArity.ExactlyOne,
                AllowMultipleArgumentsPerToken = setting.IsList,
            };
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
}
