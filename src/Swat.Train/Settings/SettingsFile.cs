using System.Text;

namespace Swat.Train.Settings;

/// <summary>
/// Settings as a YAML file: one <c>name: value</c> a line, lists as <c>[a, b]</c> or as <c>- item</c> lines, comments after #, and
/// nothing nested. A setting without a value keeps its default.
/// </summary>
public static class SettingsFile
{
    private const int CommentWidth = 100;

    /// <summary>Every setting with its description, default and value in <paramref name="options"/>, grouped under headings.</summary>
    public static string Write<T>(T options)
        where T : class, new()
    {
        var text = new StringBuilder();
        foreach (var group in SettingsSchema<T>.Instance.Settings.GroupBy(setting => setting.Group))
        {
            text.Append(text.Length > 0 ? "\n" : "").Append("# ").Append(group.Key).Append('\n');
            foreach (var setting in group)
            {
                text.Append('\n');
                foreach (var line in Wrap(setting.Describe(SettingsSchema<T>.Instance.Defaults)))
                    text.Append("# ").Append(line).Append('\n');
                var value = WriteValue(setting, options);
                text.Append(setting.Name).Append(value.Length > 0 ? ": " : ":").Append(value).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Reads a settings file over the defaults.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="source">The file's name, for errors.</param>
    /// <exception cref="UserErrorException">A line that is no setting, an unknown or repeated name, or a value that does not fit.</exception>
    public static T Read<T>(string text, string source)
        where T : class, new()
    {
        var options = new T();
        var seen = new Dictionary<string, int>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            var place = $"{source}, line {index + 1}";
            var line = YamlScalar.WithoutComment(lines[index], place);
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (char.IsWhiteSpace(line[0]) || line[0] == '-')
                throw new UserErrorException($"{place}: settings are not nested; write 'name: value' at the start of the line.");
            var colon = line.IndexOf(':');
            if (colon < 0 || (colon + 1 < line.Length && line[colon + 1] != ' '))
                throw new UserErrorException($"{place}: expected 'name: value', not '{line.Trim()}'.");
            var setting = SettingsSchema<T>.Instance.Find(line[..colon].Trim(), place);
            if (!seen.TryAdd(setting.Name, index + 1))
                throw new UserErrorException($"{place}: '{setting.Name}' was already set in line {seen[setting.Name]}.");
            if (ReadValue(setting, line[(colon + 1)..].Trim(), lines, ref index, place) is { } values)
                setting.Store(options, values, $"{place}: {setting.Name}");
        }

        return options;
    }

    private static string WriteValue(Setting setting, object options) => setting.GetValue(options) switch
    {
        null => "",
        Array => $"[{string.Join(", ", setting.FormatItems(options).Select(YamlScalar.Write))}]",
        _ => YamlScalar.Write(setting.Format(options)!),
    };

    // Null where the file leaves the setting unset. Block lists take the lines that follow.
    private static string[]? ReadValue(Setting setting, string value, string[] lines, ref int index, string place)
    {
        if (value.StartsWith('['))
        {
            if (!setting.IsList)
                throw new UserErrorException($"{place}: {setting.Name} takes one value, not a list.");
            return YamlScalar.ReadList(value, place);
        }

        if (value.Length > 0)
            return value is "null" or "~" ? null : [YamlScalar.Read(value, place)];
        var items = new List<string>();
        while (setting.IsList && index + 1 < lines.Length && lines[index + 1].TrimStart().StartsWith("- ", StringComparison.Ordinal))
        {
            index++;
            var item = YamlScalar.WithoutComment(lines[index], place).TrimStart()[2..].Trim();
            items.Add(YamlScalar.Read(item, place));
        }

        return items.Count > 0 ? items.ToArray() : null;
    }

    private static IEnumerable<string> Wrap(string text)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > CommentWidth)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }
}
