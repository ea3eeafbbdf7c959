using System.Text.Json;
using Swat.Model.Tokenizers.Bpe;

namespace Swat.Model.Tokenizers.HuggingFace;

/// <summary>Reads a tokenizer.json into a <see cref="HuggingFaceDefinition"/>; whatever would change ids or texts and is not supported is refused by name.</summary>
internal static class HuggingFaceParser
{
    private static readonly JsonDocumentOptions DocumentOptions = new() { AllowDuplicateProperties = false };

    /// <exception cref="ModelFormatException">Not a tokenizer.json, or one of another family.</exception>
    public static HuggingFaceDefinition Parse(byte[] content, string source)
    {
        try
        {
            var text = content.AsMemory();
            if (text.Span.StartsWith("\uFEFF"u8))
                text = text["\uFEFF"u8.Length..];
            using var document = JsonDocument.Parse(text, DocumentOptions);
            return Parse(JsonSection.Root(source, document.RootElement));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException(source, $"not a tokenizer.json: {error.Message}", error);
        }
    }

    private static HuggingFaceDefinition Parse(JsonSection root)
    {
        var model = root.Child("model") ?? throw root.Invalid("has no model; this is not a tokenizer.json");
        CheckModel(model);
        var vocabulary = ReadVocabulary(model);
        var added = ReadAddedTokens(root, vocabulary);
        var split = ReadSplitting(root);
        return new HuggingFaceDefinition
        {
            Tokens = ReadTokens(model, vocabulary, added),
            Vocabulary = vocabulary,
            Merges = ReadMerges(model),
            AddedTokens = added,
            IsByteLevel = split.IsByteLevel,
            UsesGpt2Words = split.UsesGpt2Words,
            Prefix = split.Prefix,
            CutsEverySpace = split.CutsEverySpace,
            DropsFirstSpace = ReadDecoder(root, split.IsByteLevel),
            ByteFallback = model.Boolean("byte_fallback", false),
            Unknown = ReadUnknown(model, vocabulary),
            FuseUnknown = model.Boolean("fuse_unk", false),
        };
    }

    private static void CheckModel(JsonSection model)
    {
        // Files of the first versions name no type; their BPE models are told by the merges.
        if ((model.Text("type") ?? (model.Member("merges") is null ? null : "BPE")) is not "BPE")
            throw model.Invalid($"is of the kind \"{model.Text("type")}\"; only BPE is supported");
        if (model.Member("dropout") is { } dropout && !(dropout.ValueKind == JsonValueKind.Number && dropout.GetDouble() == 0))
            throw model.Invalid("has a dropout, which is not supported");
        foreach (string affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.Text(affix) is { Length: > 0 })
                throw model.Invalid($"has a {affix}, which is not supported");
        }

        if (model.Boolean("ignore_merges", false))
            throw model.Invalid("has ignore_merges, which is not supported");
    }

    private static Dictionary<string, int> ReadVocabulary(JsonSection model)
    {
        var section = model.Child("vocab") ?? throw model.Invalid("has no vocab");
        var vocabulary = new Dictionary<string, int>();
        foreach (var entry in section.Element.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id < 0)
                throw section.Invalid($"gives \"{entry.Name}\" an id that is no whole number of at least 0");
            vocabulary.Add(entry.Name, id);
        }

        return vocabulary;
    }

    private static List<AddedToken> ReadAddedTokens(JsonSection root, Dictionary<string, int> vocabulary)
    {
        bool hasNormalizer = root.Child("normalizer") is not null;
        var tokens = new List<AddedToken>();
        foreach (var entry in root.Children("added_tokens"))
        {
            int id = entry.Index("id");
            string text = entry.Text("content") ?? "";
            if (text.Length == 0)
                throw entry.Invalid("has no content");
            foreach (string flag in (string[])["single_word", "lstrip", "rstrip"])
            {
                if (entry.Boolean(flag, false))
                    throw entry.Invalid($"\"{text}\" has {flag}, which is not supported");
            }

            if (hasNormalizer && entry.Boolean("normalized", false))
                throw entry.Invalid($"\"{text}\" is looked for in normalized text, which is not supported");
            if (vocabulary.TryGetValue(text, out int known) && known != id)
                throw entry.Invalid($"\"{text}\" has the id {id}, but {known} in the vocabulary");
            tokens.Add(new(id, text));
        }

        return tokens;
    }

    private static string?[] ReadTokens(JsonSection model, Dictionary<string, int> vocabulary, List<AddedToken> added)
    {
        var entries = vocabulary.Select(entry => (Id: entry.Value, Text: entry.Key))
            .Concat(added.Where(token => !vocabulary.ContainsKey(token.Text)).Select(token => (token.Id, token.Text)))
            .ToList();
        int largest = entries.Count == 0 ? -1 : entries.Max(entry => entry.Id);
        if (largest < 0 || largest / 2 >= entries.Count)
            throw model.Invalid($"has {entries.Count} tokens and ids up to {largest}; ids should number the tokens");
        var tokens = new string?[largest + 1];
        foreach (var (id, text) in entries)
        {
            if (tokens[id] is { } other)
                throw model.Invalid($"gives the id {id} to both \"{other}\" and \"{text}\"");
            tokens[id] = text;
        }

        return tokens;
    }

    /// <summary>Pairs are written as two texts or, in older files, as one text with a space between.</summary>
    private static List<(string Left, string Right)> ReadMerges(JsonSection model)
    {
        if (model.Member("merges") is not { ValueKind: JsonValueKind.Array } merges)
            throw model.Invalid("has no list of merges");
        var pairs = new List<(string, string)>(merges.GetArrayLength());
        foreach (var merge in merges.EnumerateArray())
        {
            string[] parts = merge.ValueKind switch
            {
                JsonValueKind.String => merge.GetString()!.Split(' '),
                JsonValueKind.Array => [.. merge.EnumerateArray().Select(part => part.GetString() ?? "")],
                _ => [],
            };
            if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
                throw model.Invalid($"has the merge {merge.GetRawText()} that is no pair of tokens");
            pairs.Add((parts[0], parts[1]));
        }

        return pairs;
    }

    private static int? ReadUnknown(JsonSection model, Dictionary<string, int> vocabulary)
    {
        if (model.Text("unk_token") is not { } text)
            return null;
        return vocabulary.TryGetValue(text, out int id) ? id : throw model.Invalid($"names the unknown token \"{text}\", which is not in the vocabulary");
    }

    private static (bool IsByteLevel, bool UsesGpt2Words, PrefixScheme Prefix, bool CutsEverySpace) ReadSplitting(JsonSection root)
    {
        var normalizer = root.Child("normalizer");
        if (root.Child("pre_tokenizer") is not { } splitter)
        {
            if (normalizer is not { } marking)
                throw root.Invalid("has neither a normalizer nor a pre_tokenizer; supported are byte-level BPE and BPE with marked spaces");
            return (false, false, ReadMarking(marking), false);
        }

        if (normalizer is { } other)
            throw other.Invalid($"(\"{other.Type}\") beside the pre_tokenizer \"{splitter.Type}\" is not supported");
        return splitter.Type switch
        {
            "ByteLevel" => (true, splitter.Boolean("use_regex", true), splitter.Boolean("add_prefix_space", true) ? PrefixScheme.UnlessSpace : PrefixScheme.Never, false),
            "Metaspace" => (false, false, ReadPrefixScheme(splitter), splitter.Boolean("split", true)),
            _ => throw splitter.Unsupported(),
        };
    }

    /// <summary>Llama's normalizers: a mark before the text, and spaces replaced by marks.</summary>
    private static PrefixScheme ReadMarking(JsonSection normalizer)
    {
        var prefix = PrefixScheme.Never;
        bool replaces = false;
        foreach (var step in Steps(normalizer, "normalizers"))
        {
            if (step.Type == "Prepend" && step.Text("prepend") is [SpaceMark.Character])
                prefix = PrefixScheme.Always;
            else if (step.Type == "Replace" && step.Child("pattern")?.Text("String") == " " && step.Text("content") is [SpaceMark.Character])
                replaces = true;
            else
                throw step.Unsupported();
        }

        return replaces ? prefix : throw normalizer.Invalid("does not replace spaces by marks (U+2581)");
    }

    private static PrefixScheme ReadPrefixScheme(JsonSection metaspace)
    {
        if (metaspace.Text("replacement") is not [SpaceMark.Character])
            throw metaspace.Unsupported();
        return metaspace.Text("prepend_scheme") switch
        {
            null => metaspace.Boolean("add_prefix_space", true) ? PrefixScheme.UnlessSpace : PrefixScheme.Never,
            "always" => PrefixScheme.UnlessSpace,
            "first" => PrefixScheme.FirstUnlessSpace,
            "never" => PrefixScheme.Never,
            _ => throw metaspace.Unsupported(),
        };
    }

    /// <returns>Whether a space is taken off the beginning.</returns>
    private static bool ReadDecoder(JsonSection root, bool isByteLevel)
    {
        var decoder = root.Child("decoder") ?? throw root.Invalid("has no decoder");
        if (isByteLevel)
            return decoder.Type == "ByteLevel" ? false : throw decoder.Unsupported();
        if (decoder.Type == "Metaspace")
            return ReadPrefixScheme(decoder) != PrefixScheme.Never;
        bool drops = false;
        bool replaces = false;
        foreach (var step in Steps(decoder, "decoders"))
        {
            switch (step.Type)
            {
                case "Replace" when step.Child("pattern")?.Text("String") is [SpaceMark.Character] && step.Text("content") == " ":
                    replaces = true;
                    break;
                case "Strip" when step.Text("content") == " " && step.Index("stop") == 0 && step.Index("start") <= 1:
                    drops = step.Index("start") == 1;
                    break;
                case "ByteFallback" or "Fuse":
                    break;
                default:
                    throw step.Unsupported();
            }
        }

        return replaces ? drops : throw decoder.Invalid("does not replace marks (U+2581) by spaces");
    }

    private static IEnumerable<JsonSection> Steps(JsonSection section, string name) => section.Type == "Sequence" ? section.Children(name) : [section];
}
