using System.Text;
using System.Text.Json;

namespace Swat.Train.Data.Readers;

/// <summary>One JSON object a line, a document in one of its fields; blank lines do not count.</summary>
/// <param name="column">Name of the field.</param>
public sealed class JsonLinesReader(string column) : IDocumentReader
{
    public IEnumerable<string> Read(Stream content, string name, Action<string> malformed)
    {
        using var reader = new StreamReader(content, Encoding.UTF8);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (TryRead(line, out var text, out var problem))
                yield return text;
            else
                malformed($"{name}, line {number}: {problem}");
        }
    }

    private bool TryRead(string line, out string text, out string problem)
    {
        text = "";
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
