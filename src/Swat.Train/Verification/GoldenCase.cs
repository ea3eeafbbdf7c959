using System.Text.Json;

namespace Swat.Train.Verification;

/// <summary>A golden case on disk.</summary>
/// <param name="Name">Path below the folder that is verified, with slashes.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Path">Its folder; for tokenizers its file.</param>
public sealed record GoldenCase(string Name, GoldenKind Kind, string Path)
{
    /// <summary>
    /// The cases in <paramref name="root"/> and below, in ordinal order of their names. A case is told by its files:
    /// case.json with tensors.safetensors (attention), config.json with expected.safetensors (training if the configuration has a
    /// "training" part, else a model), cases.json (tokenizers).
    /// </summary>
    /// <exception cref="UserErrorException">The folder does not exist or holds no case.</exception>
    public static IReadOnlyList<GoldenCase> Find(string root)
    {
        if (!Directory.Exists(root))
            throw new UserErrorException($"{root}: no such folder.");
        var cases = Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories)
            .Prepend(root)
            .SelectMany(folder => FindIn(root, folder))
            .OrderBy(found => found.Name, StringComparer.Ordinal)
            .ToArray();
        return cases.Length > 0 ? cases : throw new UserErrorException(
            $"{root}: no golden case is in this folder (case.json and tensors.safetensors, config.json and expected.safetensors, or cases.json).");
    }

    private static IEnumerable<GoldenCase> FindIn(string root, string folder)
    {
        bool Has(string file) => File.Exists(System.IO.Path.Combine(folder, file));
        if (Has("case.json") && Has("tensors.safetensors"))
            yield return new(NameOf(root, folder), GoldenKind.Attention, folder);
        if (Has("config.json") && Has("expected.safetensors"))
            yield return new(NameOf(root, folder), HasTrainingPart(folder) ? GoldenKind.Train : GoldenKind.Model, folder);
        if (Has("cases.json"))
        {
            var file = System.IO.Path.Combine(folder, "cases.json");
            yield return new(NameOf(root, file), GoldenKind.Tokenizer, file);
        }
    }

    // A configuration that is not JSON counts as a model's, whose verification then reports it.
    private static bool HasTrainingPart(string folder)
    {
        try
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(folder, "config.json")));
            return config.RootElement.ValueKind == JsonValueKind.Object && config.RootElement.TryGetProperty("training", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string NameOf(string root, string path)
    {
        var relative = System.IO.Path.GetRelativePath(root, path).Replace('\\', '/');
        return relative == "." ? System.IO.Path.GetFileName(System.IO.Path.GetFullPath(root)) : relative;
    }
}
