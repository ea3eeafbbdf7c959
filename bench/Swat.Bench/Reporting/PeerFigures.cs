using System.Text.Json;

namespace Swat.Bench.Reporting;

/// <summary>Figures of another program: a JSON object of numbers, or of objects of numbers.</summary>
internal sealed class PeerFigures
{
    private readonly JsonElement root;

    private PeerFigures(JsonElement root) => this.root = root;

    /// <exception cref="ArgumentException">The file is missing or no JSON object.</exception>
    public static PeerFigures Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new PeerFigures(document.RootElement.Clone());
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            throw new ArgumentException($"--peer: {path}: {exception.Message}", exception);
        }

        throw new ArgumentException($"--peer: {path} holds no JSON object");
    }

    /// <summary>The number at a path of names; null if there is none.</summary>
    public double? Find(params ReadOnlySpan<string> names)
    {
        var element = root;
        foreach (var name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element.ValueKind == JsonValueKind.Number ? element.GetDouble() : null;
    }
}
