using System.Globalization;
using System.Text;

namespace Swat.Train.Settings;

/// <summary>Single values of YAML: plain, 'single quoted' and "double quoted".</summary>
internal static class YamlScalar
{
    private const string NeedsQuotes = ":#[]{},&*!|>'\"%@`\\";

    /// <summary>The value, quoted where it could be read as something else.</summary>
    public static string Write(string value)
    {
        var plain = value.Length > 0
            && !value.AsSpan().ContainsAny(NeedsQuotes)
            && !value.Any(char.IsControl)
            && !char.IsWhiteSpace(value[0])
            && !char.IsWhiteSpace(value[^1])
            && value[0] is not ('-' or '?')
            && value is not ("null" or "~");
        const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (plain || double.TryParse(value, Number, CultureInfo.InvariantCulture, out _))
            return value;
        var result = new StringBuilder("\"");
        foreach (var letter in value)
        {
            result.Append(letter switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(letter) => $"\\u{(int)letter:X4}",
                _ => letter.ToString(),
            });
        }

        return result.Append('"').ToString();
    }

    /// <summary>The text of a whole value.</summary>
    /// <exception cref="UserErrorException">A quote that does not end, text after it, or an unknown escape.</exception>
    public static string Read(string value, string place)
    {
        if (value is not ['"' or '\'', ..])
            return value;
        var text = ReadQuoted(value, 0, place, out var end);
        return end == value.Length ? text : throw new UserErrorException($"{place}: unexpected text after the closing quote: {value[end..]}");
    }

    /// <summary>The items of <c>[a, "b", c]</c>.</summary>
    /// <exception cref="UserErrorException">The list does not end, or goes on after its end.</exception>
    public static string[] ReadList(string value, string place)
    {
        var items = new List<string>();
        var position = 1;
        while (true)
        {
            position = SkipSpaces(value, position);
            if (position < value.Length && value[position] == ']' && position == value.Length - 1)
                return items.ToArray();
            if (position >= value.Length || value[position] == ']')
                throw new UserErrorException($"{place}: a list is written [a, b] on one line.");
            if (value[position] is '"' or '\'')
            {
                items.Add(ReadQuoted(value, position, place, out position));
            }
            else
            {
                var end = value.AsSpan(position).IndexOfAny(',', ']');
                end = end < 0 ? value.Length : position + end;
                items.Add(value[position..end].Trim());
                position = end;
            }

            position = SkipSpaces(value, position);
            if (position < value.Length && value[position] == ',')
                position++;
            else if (position >= value.Length || value[position] != ']')
                throw new UserErrorException($"{place}: a list is written [a, b] on one line.");
        }
    }

    /// <summary>The line up to a # that begins a comment: one at the start or after a space, outside quotes.</summary>
    public static string WithoutComment(string line, string place)
    {
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '#' && (i == 0 || char.IsWhiteSpace(line[i - 1])))
                return line[..i].TrimEnd();
            if (line[i] is '"' or '\'' && (i == 0 || line[i - 1] is ' ' or '[' or ','))
            {
                ReadQuoted(line, i, place, out var end);
                i = end - 1;
            }
        }

        return line.TrimEnd();
    }

    private static int SkipSpaces(string value, int position)
    {
        while (position < value.Length && value[position] == ' ')
            position++;
        return position;
    }

    private static string ReadQuoted(string value, int start, string place, out int end)
    {
        var quote = value[start];
        var text = new StringBuilder();
        for (var i = start + 1; i < value.Length; i++)
        {
            if (value[i] == quote && quote == '\'' && i + 1 < value.Length && value[i + 1] == quote)
            {
                text.Append(quote);
                i++;
            }
            else if (value[i] == quote)
            {
                end = i + 1;
                return text.ToString();
            }
            else if (value[i] == '\\' && quote == '"' && i + 1 < value.Length)
            {
                i++;
                text.Append(Unescape(value, ref i, place));
            }
            else
            {
                text.Append(value[i]);
            }
        }

        throw new UserErrorException($"{place}: a quote does not end.");
    }

    private static char Unescape(string value, ref int position, string place)
    {
        switch (value[position])
        {
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case '"' or '\\' or '/':
                return value[position];
            case 'u' when position + 4 < value.Length
                && ushort.TryParse(value.AsSpan(position + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                position += 4;
                return (char)code;
            default:
                throw new UserErrorException($"{place}: unknown escape \\{value[position]} in a quoted text.");
        }
    }
}
