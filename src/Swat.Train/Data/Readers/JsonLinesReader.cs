using System.Text.Json;
using System.Text.Unicode;

namespace Swat.Train.Data.Readers;

/// <summary>One JSON object a line, a document in one of its fields; blank lines do not count.</summary>
/// <param name="column">Name of the field.</param>
public sealed class JsonLinesReader(string column) : IDocumentReader
{
    public IEnumerable<string> Read(Stream content, string name, Action<string> malformed)
    {
        var lines = new LineReader(TextEncodings.AsUtf8(content));
        for (var number = 1; lines.Next(out var line); number++)
        {
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
                continue;
            if (TryRead(line, out var text, out var problem))
                yield return text;
            else
                malformed($"{name}, line {number}: {problem}");
        }
    }

    private bool TryRead(ReadOnlyMemory<byte> line, out string text, out string problem)
    {
        text = "";
        if (!Utf8.IsValid(line.Span))
        {
            problem = "not UTF-8 text";
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            problem = Problem(document.RootElement);
            if (problem.Length > 0)
                return false;
            text = document.RootElement.GetProperty(column).GetString()!;
            return true;
        }
        catch (JsonException exception)
        {
            problem = $"not JSON ({exception.Message})";
            return false;
        }
        catch (InvalidOperationException)
        {
            problem = $"\"{column}\" holds half a surrogate pair, which is no text";
            return false;
        }
    }

    private string Problem(JsonElement record)
    {
        if (record.ValueKind != JsonValueKind.Object)
            return "not a JSON object";
        if (!record.TryGetProperty(column, out var value))
            return $"there is no field \"{column}\"; the fields are {string.Join(", ", record.EnumerateObject().Select(field => field.Name))}. Name another with --column";
        return value.ValueKind == JsonValueKind.String ? "" : $"\"{column}\" is not a text";
    }
}
