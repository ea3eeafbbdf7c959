using System.Text.Json;
using Swat.Model.Tokenizers;

namespace Swat.Train.Verification;

/// <summary>
/// Computes tokenizer cases: the ids of each text, and what decoding them gives. cases.json is a list of objects with "text" and, for
/// each tokenizer, NAME (ids without tokens that begin or end a text) and NAME_decoded. The tokenizer is NAME.model or
/// NAME.tokenizer.json beside the cases, or in a folder data/tokenizers above them.
/// </summary>
internal sealed class TokenizerVerifier : ICaseVerifier
{
    private const string DecodedSuffix = "_decoded";

    public CaseOutcome Verify(GoldenCase golden)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(golden.Path));
        var texts = document.RootElement.EnumerateArray().ToArray();
        var names = texts
            .SelectMany(text => text.EnumerateObject())
            .Where(property => property.Name.EndsWith(DecodedSuffix, StringComparison.Ordinal))
            .Select(property => property.Name[..^DecodedSuffix.Length])
            .Distinct()
            .ToArray();
        var deviation = new Deviation();
        foreach (var name in names)
        {
            var tokenizer = TokenizerLoader.Load(FindTokenizer(golden.Path, name));
            for (var i = 0; i < texts.Length; i++)
                Compare(deviation, texts[i], $"{name}, text {i + 1}", name, tokenizer);
        }

        return new($"ids and decoded text of {texts.Length} texts with {string.Join(", ", names)}", deviation, Tolerance.Exact, null);
    }

    private static void Compare(Deviation deviation, JsonElement text, string label, string name, ITokenizer tokenizer)
    {
        var expected = text.GetProperty(name).EnumerateArray().Select(id => id.GetInt32()).ToArray();
        var ids = tokenizer.Encode(text.GetProperty("text").GetString()!);
        deviation.Add($"{label}: ids", ids.SequenceEqual(expected) ? 0 : 1, 0);
        var decoded = tokenizer.Decode(expected);
        deviation.Add($"{label}: decoded", decoded == text.GetProperty(name + DecodedSuffix).GetString() ? 0 : 1, 0);
    }

    private static string FindTokenizer(string casesFile, string name)
    {
        string[] files = [$"{name}.model", $"{name}.tokenizer.json"];
        var start = Path.GetDirectoryName(Path.GetFullPath(casesFile))!;
        var folders = new List<string> { start };
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            folders.Add(Path.Combine(folder.FullName, "data", "tokenizers"));
        return folders.SelectMany(folder => files.Select(file => Path.Combine(folder, file))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"neither {files[0]} nor {files[1]} is beside the cases or in a folder data/tokenizers above them");
    }
}
