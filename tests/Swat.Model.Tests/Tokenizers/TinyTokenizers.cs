using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Swat.Model.Tests.Tokenizers;

/// <summary>Small tokenizer files of both forms over the same tokens, and what they should do, computed the slow way.</summary>
internal static class TinyTokenizers
{
    /// <summary>Tokens that merges make, the first to merge first; every part of each is a token or a character.</summary>
    public static readonly string[] Merged = ["ab", "▁a", "abc", "bc", "▁▁", "▁abc", "cb", "éé", "ca", "aa", "aaaa", "▁é", "日本", "a▁b"];

    /// <summary>Characters that are tokens; z, 本 and others are not.</summary>
    public static readonly string[] Characters = ["▁", "a", "b", "c", "é", "日", "\U0001F642"];

    private const int ByteStart = 3;

    /// <summary>A text made of the characters that matter here.</summary>
    public static string Text(IEnumerable<byte> choices)
    {
        string[] alphabet = [" ", "a", "b", "c", "é", "日", "本", "\U0001F642", "z", "\n", "▁", "  ", "aaaa", "ü"];
        return string.Concat(choices.Select(choice => alphabet[choice % alphabet.Length]));
    }

    /// <summary>A SentencePiece BPE model.</summary>
    public static byte[] SentencePiece(bool byteFallback = true, bool dummyPrefix = true, int modelType = 2)
    {
        var model = new ProtobufMessage();
        foreach (var (text, score, type) in Pieces(byteFallback))
            model.Bytes(1, new ProtobufMessage().Bytes(1, Encoding.UTF8.GetBytes(text)).Single(2, score).Varint(3, type).ToArray());
        model.Bytes(2, new ProtobufMessage().Varint(3, modelType).Varint(35, byteFallback ? 1 : 0).Varint(43, -1).ToArray());
        model.Bytes(3, new ProtobufMessage().Bytes(1, "identity"u8).Varint(3, dummyPrefix ? 1 : 0).Varint(4, 0).ToArray());
        return model.ToArray();
    }

    /// <summary>The ids that SentencePiece's algorithm gives, by scanning all pairs again after each merge.</summary>
    public static List<int> ReferenceSentencePiece(string text, bool byteFallback, bool dummyPrefix)
    {
        var pieces = Pieces(byteFallback).ToList();
        var normal = pieces.Select((piece, id) => (piece, id)).Where(entry => entry.piece.Type == 1).ToDictionary(entry => entry.piece.Text, entry => entry.id);
        if (text.Length == 0)
            return [];
        var symbols = ((dummyPrefix ? "▁" : "") + text.Replace(' ', '▁')).EnumerateRunes().Select(rune => rune.ToString()).ToList();
        while (true)
        {
            int best = -1;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (normal.TryGetValue(symbols[i] + symbols[i + 1], out int id)
                    && (best < 0 || pieces[id].Score > pieces[normal[symbols[best] + symbols[best + 1]]].Score))
                    best = i;
            }

            if (best < 0)
                break;
            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }

        var ids = new List<int>();
        foreach (string symbol in symbols)
        {
            if (normal.TryGetValue(symbol, out int id))
                ids.Add(id);
            else if (byteFallback)
                ids.AddRange(Encoding.UTF8.GetBytes(symbol).Select(value => ByteStart + value));
            else if (ids.Count == 0 || ids[^1] != 0)
                ids.Add(0);
        }

        return ids;
    }

    /// <summary>A tokenizer.json of Llama's form.</summary>
    public static JsonObject LlamaJson()
    {
        var vocabulary = new JsonObject();
        foreach (string text in LlamaTokens())
            vocabulary.Add(text, vocabulary.Count);
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(Added(0, "<unk>"), Added(1, "<s>"), Added(2, "</s>")),
            ["normalizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["normalizers"] = new JsonArray(
                    new JsonObject { ["type"] = "Prepend", ["prepend"] = "▁" },
                    new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = "▁" }),
            },
            ["pre_tokenizer"] = null,
            ["decoder"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["decoders"] = new JsonArray(
                    new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = "▁" }, ["content"] = " " },
                    new JsonObject { ["type"] = "ByteFallback" },
                    new JsonObject { ["type"] = "Fuse" },
                    new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 }),
            },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["unk_token"] = "<unk>",
                ["fuse_unk"] = true,
                ["byte_fallback"] = true,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. LlamaMerges().Select(merge => JsonValue.Create($"{merge.Left} {merge.Right}"))]),
            },
        };
    }

    /// <summary>The ids of Llama's form, by scanning all pairs again after each merge; without added tokens.</summary>
    public static List<int> ReferenceLlama(string text)
    {
        if (text.Length == 0)
            return [];
        var tokens = LlamaTokens().ToList();
        var merges = LlamaMerges().ToList();
        var symbols = new List<string>();
        foreach (var rune in ("▁" + text.Replace(' ', '▁')).EnumerateRunes())
        {
            if (tokens.Contains(rune.ToString()))
                symbols.Add(rune.ToString());
            else
                symbols.AddRange(Encoding.UTF8.GetBytes(rune.ToString()).Select(value => $"<0x{value:X2}>"));
        }

        foreach (var _ in symbols.ToArray())
        {
            var best = Enumerable.Range(0, symbols.Count - 1)
                .Select(i => (Rank: merges.IndexOf((symbols[i], symbols[i + 1])), Position: i))
                .Where(pair => pair.Rank >= 0)
                .DefaultIfEmpty((Rank: -1, Position: -1))
                .Min();
            if (best.Rank < 0)
                break;
            symbols[best.Position] += symbols[best.Position + 1];
            symbols.RemoveAt(best.Position + 1);
        }

        return [.. symbols.Select(symbol => tokens.IndexOf(symbol))];
    }

    public static byte[] ToBytes(JsonNode json) => JsonSerializer.SerializeToUtf8Bytes(json);

    private static JsonObject Added(int id, string text) => new()
    {
        ["id"] = id,
        ["content"] = text,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static IEnumerable<string> LlamaTokens() =>
    [
        "<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"), .. Merged.Where(IsLlamaMerge), .. Characters,
    ];

    /// <summary>In this form both halves of a merge are tokens, so 日本 cannot be merged: 本 is none.</summary>
    private static bool IsLlamaMerge(string token) => token != "日本";

    private static IEnumerable<(string Left, string Right)> LlamaMerges()
    {
        var known = Merged.Where(IsLlamaMerge).Concat(Characters).ToHashSet();
        foreach (string token in Merged.Where(IsLlamaMerge))
        {
            for (int cut = 1; cut < token.Length; cut++)
            {
                if (known.Contains(token[..cut]) && known.Contains(token[cut..]))
                    yield return (token[..cut], token[cut..]);
            }
        }
    }

    private static IEnumerable<(string Text, float Score, int Type)> Pieces(bool byteFallback) =>
    [
        ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3),
        .. byteFallback ? Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, 6)) : [],
        .. Merged.Select((text, i) => (text, (float)-(i / 2), 1)),
        .. Characters.Select((text, i) => (text, -100f - i, 1)),
    ];
}
