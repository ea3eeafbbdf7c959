using System.Globalization;
using System.Reflection;
using System.Text;

namespace Swat.Train.Settings;

/// <summary>One property of an options record: its name, its description, and the conversion from and to text.</summary>
public sealed class Setting
{
    private readonly PropertyInfo property;
    private readonly SettingAttribute attribute;
    private readonly Type valueType;

    internal Setting(PropertyInfo property, SettingAttribute attribute)
    {
        this.property = property;
        this.attribute = attribute;
        IsList = property.PropertyType.IsArray;
        valueType = IsList ? property.PropertyType.GetElementType()! : Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Name = ToKebabCase(property.Name);
    }

    /// <summary>Name in a run's file, such as <c>validation-fraction</c>.</summary>
    public string Name { get; }

    /// <summary>Name on the command line, such as <c>--validation-fraction</c>.</summary>
    public string OptionName => "--" + Name;

    public string Description => attribute.Description;

    public string Group => attribute.Group;

    public string DefaultMeaning => attribute.DefaultMeaning;

    /// <summary>Whether the setting takes a list; the command line repeats the option for each item.</summary>
    public bool IsList { get; }

    /// <summary>Whether the setting is a switch: the option alone means true.</summary>
    public bool IsSwitch => valueType == typeof(bool);

    public string ValueName => attribute.ValueName.Length > 0 ? attribute.ValueName
        : valueType.IsEnum ? string.Join('|', Enum.GetNames(valueType).Select(ToKebabCase))
        : valueType == typeof(string) ? "TEXT" : "NUMBER";

    /// <summary>The value in <paramref name="options"/> as text; null when it is unset.</summary>
    public string? Format(object options) => property.GetValue(options) is Array items
        ? string.Join(", ", items.Cast<object>().Select(FormatItem))
        : FormatItem(property.GetValue(options));

    /// <summary>The items of a list in <paramref name="options"/> as text.</summary>
    public string[] FormatItems(object options) => [.. ((Array)property.GetValue(options)!).Cast<object>().Select(item => FormatItem(item)!)];

    private static string? FormatItem(object? value) => value switch
    {
        null => null,
        Enum choice => ToKebabCase(choice.ToString()),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>The description with the default: its value in <paramref name="defaults"/>, or what none means.</summary>
    public string Describe(object defaults)
    {
        var value = Format(defaults);
        var meaning = string.IsNullOrEmpty(value) ? DefaultMeaning : value;
        return meaning.Length > 0 ? $"{Description} [default: {meaning}]" : Description;
    }

    internal object? GetValue(object options) => property.GetValue(options);

    /// <summary>Parses <paramref name="texts"/> (several only for a list), checks the range and stores the value in <paramref name="options"/>.</summary>
    /// <param name="options">The record to change; it must not be shared yet.</param>
    /// <param name="texts">The text of the value, or of each item.</param>
    /// <param name="source">How the user named the setting, for errors: <c>--lr</c> or <c>run.yaml, line 7: lr</c>.</param>
    /// <exception cref="UserErrorException">The text is not a value of the type, or outside the range.</exception>
    internal void Store(object options, IReadOnlyList<string> texts, string source)
    {
        if (IsList)
        {
            var items = Array.CreateInstance(valueType, texts.Count);
            for (var i = 0; i < texts.Count; i++)
                items.SetValue(Parse(texts[i], source), i);
            property.SetValue(options, items);
            return;
        }

        if (texts.Count != 1)
            throw new UserErrorException($"{source} takes one value, and {texts.Count} were given.");
        property.SetValue(options, Parse(texts[0], source));
    }

    private object Parse(string text, string source)
    {
        if (valueType == typeof(string))
            return text.Length > 0 ? text : throw new UserErrorException($"{source} is empty.");
        if (valueType == typeof(bool))
        {
            return bool.TryParse(text, out var flag)
                ? flag : throw new UserErrorException($"{source} is true or false, not '{text}'.");
        }

        if (valueType.IsEnum)
            return ParseEnum(text, source);
        if (valueType == typeof(int) || valueType == typeof(long))
        {
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
                throw new UserErrorException($"{source} is a whole number, not '{text}'.");
            CheckRange(integer, text, source);
            if (valueType == typeof(long))
                return integer;
            return integer is >= int.MinValue and <= int.MaxValue
                ? (int)integer : throw new UserErrorException($"{source} is too large: {text}.");
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            throw new UserErrorException($"{source} is a number, not '{text}'.");
        CheckRange(number, text, source);
        return number;
    }

    private object ParseEnum(string text, string source)
    {
        foreach (var value in Enum.GetValues(valueType))
        {
            if (string.Equals(ToKebabCase(value.ToString()!), text, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        var names = string.Join(", ", Enum.GetNames(valueType).Select(ToKebabCase));
        throw new UserErrorException($"{source} is one of {names}, not '{text}'.");
    }

    private void CheckRange(double value, string text, string source)
    {
        var tooSmall = attribute.MinimumExclusive ? value <= attribute.Minimum : value < attribute.Minimum;
        if (tooSmall)
        {
            var bound = attribute.MinimumExclusive ? "more than" : "at least";
            throw new UserErrorException(Invariant($"{source} is {bound} {attribute.Minimum}, not {text}."));
        }

        var tooLarge = attribute.MaximumExclusive ? value >= attribute.Maximum : value > attribute.Maximum;
        if (tooLarge)
        {
            var bound = attribute.MaximumExclusive ? "less than" : "at most";
            throw new UserErrorException(Invariant($"{source} is {bound} {attribute.Maximum}, not {text}."));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string ToKebabCase(string name)
    {
        var result = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && result.Length > 0)
                result.Append('-');
            result.Append(char.ToLowerInvariant(letter));
        }

        return result.ToString();
    }
}
