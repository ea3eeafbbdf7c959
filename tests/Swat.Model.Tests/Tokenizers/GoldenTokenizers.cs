using System.Text.Json;
using Swat.Model.Tests.Support;
using Swat.Model.Tokenizers;

namespace Swat.Model.Tests.Tokenizers;

/// <summary>The tokenizers and the texts of the shared folder.</summary>
internal static class GoldenTokenizers
{
    private static readonly Lazy<ITokenizer> LoadedLlama2 = new(() => TokenizerLoader.Load(SharedFolder.Require("data/tokenizers/llama2.model")));
    private static readonly Lazy<ITokenizer> LoadedGpt2 = new(() => TokenizerLoader.Load(SharedFolder.Require("data/tokenizers/gpt2.tokenizer.json")));

    public static ITokenizer Llama2 => LoadedLlama2.Value;

    public static ITokenizer Gpt2 => LoadedGpt2.Value;

    /// <summary>The golden cases; empty where the shared folder is absent.</summary>
    public static IEnumerable<TestCaseData> Cases()
    {
        if (SharedFolder.Find("golden/tokenizer/cases.json") is not { } path)
            yield break;
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var item in document.RootElement.EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!;
            foreach (string name in (string[])["llama2", "gpt2"])
            {
                int[] ids = [.. item.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
                yield return new TestCaseData(name, text, ids, item.GetProperty(name + "_decoded").GetString()!)
                    .SetArgDisplayNames(name, JsonSerializer.Serialize(text));
            }
        }
    }

    /// <summary>Every text file of the shared data, uncompressed.</summary>
    public static IEnumerable<string> TextFiles() =>
        SharedFolder.Find("data") is { } folder
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => Path.GetExtension(path) is ".txt" or ".jsonl" or ".md").Order()
            : [];
}
