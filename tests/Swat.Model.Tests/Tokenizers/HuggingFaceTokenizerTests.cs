using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Swat.Model.Tests.Support;
using Swat.Model.Tokenizers;
using Swat.Model.Tokenizers.Bpe;

namespace Swat.Model.Tests.Tokenizers;

public class HuggingFaceTokenizerTests
{
    private static readonly Regex Gpt2Pattern = new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant);

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Ids_of_llamas_form_are_those_of_the_plain_algorithm(byte[] choices)
    {
        string text = TinyTokenizers.Text(choices);
        var tokenizer = TokenizerLoader.Parse(TinyTokenizers.ToBytes(TinyTokenizers.LlamaJson()), "tiny");
        Assert.That(tokenizer.Encode(text), Is.EqualTo(TinyTokenizers.ReferenceLlama(text)), text);
        Assert.That(tokenizer.Decode(tokenizer.Encode(text)), Is.EqualTo(text.Replace('▁', ' ')));
    }

    [Test]
    public void Added_tokens_are_found_in_the_text_and_each_part_between_has_its_own_prefix()
    {
        var tokenizer = TokenizerLoader.Parse(TinyTokenizers.ToBytes(TinyTokenizers.LlamaJson()), "tiny");
        Assert.That(tokenizer.Encode("<s>a</s>b<s"), Is.EqualTo((int[])[1, .. TinyTokenizers.ReferenceLlama("a"), 2, .. TinyTokenizers.ReferenceLlama("b<s")]));
        Assert.That((tokenizer.BosTokenId, tokenizer.EosTokenId, tokenizer.PadTokenId), Is.EqualTo(((int?)1, (int?)2, (int?)null)));
    }

    [TestCase("always", "ab ab", "▁ab▁ab")]
    [TestCase("always", " ab", "▁ab")]
    [TestCase("never", "ab ab", "ab▁ab")]
    [TestCase("first", "ab</s>ab", "▁ab|ab")]
    public void Metaspace_puts_spaces_where_its_scheme_says(string scheme, string text, string normalized)
    {
        var json = TinyTokenizers.LlamaJson();
        json["normalizer"] = null;
        json["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = scheme, ["split"] = false };
        var tokenizer = TokenizerLoader.Parse(TinyTokenizers.ToBytes(json), "tiny");
        var plain = TinyTokenizers.LlamaJson();
        plain["normalizer"] = new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = "▁" };
        var expected = TokenizerLoader.Parse(TinyTokenizers.ToBytes(plain), "tiny").Encode(normalized.Replace("|", "</s>"));
        Assert.That(tokenizer.Encode(text), Is.EqualTo(expected));
    }

    [Test]
    public void Metaspace_that_splits_never_joins_two_spaces()
    {
        var json = TinyTokenizers.LlamaJson();
        json["normalizer"] = null;
        json["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = "never" };
        var tokenizer = TokenizerLoader.Parse(TinyTokenizers.ToBytes(json), "tiny");
        int[] space = tokenizer.Encode(" ");
        Assert.That(tokenizer.Encode("   "), Is.EqualTo(new[] { space[0], space[0], space[0] }));
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public void Words_of_gpt2_are_the_matches_of_its_pattern(FsCheck.NonNull<string> random, byte[] choices)
    {
        string[] alphabet = [" ", "  ", "\n", "\t", "\u00A0", "'", "'s", "'ll", "'RE", "a", "Zé", "日", "7", "½", "Ⅷ", "!", "-–", "\U0001F642", "\u0301", "\0", "_"];
        string text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(string.Concat(choices.Select(choice => alphabet[choice % alphabet.Length])) + random.Get));
        // .NET's pattern classes see UTF-16 units: characters beyond the first plane are left to the golden cases.
        text = string.Concat(text.EnumerateRunes().Where(rune => rune.IsBmp));
        var words = new Gpt2Words(Encoding.UTF8.GetBytes(text));
        var found = new List<string>();
        while (words.Next(out var word))
            found.Add(Encoding.UTF8.GetString(word));
        Assert.That(found, Is.EqualTo(Gpt2Pattern.Matches(text).Select(match => match.Value)));
    }

    [FsCheck.NUnit.Property]
    public void Byte_level_decoding_survives_any_cut(byte[] bytes)
    {
        var tokenizer = TokenizerLoader.Parse([.. ByteTokenizerFile.Content.Span, (byte)' '], "bytes as byte-level BPE");
        Assert.That(tokenizer, Is.Not.TypeOf<ByteTokenizer>());
        string text = Encoding.UTF8.GetString(bytes);
        int[] ids = tokenizer.Encode(text);
        Assert.That(ids, Is.EqualTo(new ByteTokenizer().Encode(text)));
        Assert.That(tokenizer.Decode([.. bytes.Select(value => (int)value)]), Is.EqualTo(text));
    }

    [TestCase("model.type", "\"Unigram\"", "only BPE")]
    [TestCase("model.dropout", "0.1", "dropout")]
    [TestCase("model.end_of_word_suffix", "\"</w>\"", "end_of_word_suffix")]
    [TestCase("model.ignore_merges", "true", "ignore_merges")]
    [TestCase("model.unk_token", "\"nothing\"", "\"nothing\"")]
    [TestCase("model.merges", "[\"a q\"]", "\"q\"")]
    [TestCase("model.merges", "[\"a\"]", "no pair of tokens")]
    [TestCase("model.merges", "[[\"a\", 1]]", "not a tokenizer.json")]
    [TestCase("model.merges", "[\"<0x0A> <0x0B>\"]", "joins bytes")]
    [TestCase("model.merges", "7", "no list of merges")]
    [TestCase("model.vocab", "{\"a\": -1}", "no whole number")]
    [TestCase("model.vocab", "{\"a\": 2000000000}", "ids up to 2000000000")]
    [TestCase("model.vocab", "{\"a\": 3, \"b\": 3}", "both \"a\" and \"b\"")]
    [TestCase("model.vocab", "[]", "model.vocab is not of the JSON kind Object")]
    [TestCase("normalizer", "{\"type\": \"NFKC\"}", "\"NFKC\"")]
    [TestCase("normalizer", "null", "neither a normalizer nor a pre_tokenizer")]
    [TestCase("pre_tokenizer", "{\"type\": \"Split\"}", "\"Split\"")]
    [TestCase("decoder", "{\"type\": \"WordPiece\"}", "\"WordPiece\"")]
    [TestCase("decoder", "null", "no decoder")]
    [TestCase("added_tokens", "[{\"id\": 9, \"content\": \"<s>\"}]", "but 1 in the vocabulary")]
    [TestCase("added_tokens", "[{\"id\": 900, \"content\": \"<mask>\", \"lstrip\": true}]", "lstrip")]
    public void What_is_not_supported_is_refused_by_name(string path, string value, string reason)
    {
        var json = TinyTokenizers.LlamaJson();
        string[] names = path.Split('.');
        JsonNode parent = names.Length == 2 ? json[names[0]]! : json;
        parent[names[^1]] = JsonNode.Parse(value);
        Assert.That(() => TokenizerLoader.Parse(TinyTokenizers.ToBytes(json), "t.json"),
            Throws.TypeOf<ModelFormatException>().With.Message.StartsWith("t.json: ").And.Message.Contains(reason));
    }

    [TestCase("{}")]
    [TestCase("{\"model\": 7}")]
    [TestCase("{\"model\": {\"type\": \"BPE\", \"vocab\": {\"\\ud800\": 0}, \"merges\": []}}")]
    [TestCase("{\"model\": {}}")]
    [TestCase("{")]
    public void Other_json_is_refused(string json) =>
        Assert.That(() => TokenizerLoader.Parse(Encoding.UTF8.GetBytes(json), "t.json"), Throws.TypeOf<ModelFormatException>());

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void A_damaged_file_is_refused_or_works(int position, byte value, byte kind)
    {
        var content = TinyTokenizers.ToBytes(TinyTokenizers.LlamaJson()).ToList();
        Damage.Apply(content, position, value, kind);
        try
        {
            var tokenizer = TokenizerLoader.Parse([.. content], "t.json");
            tokenizer.Decode(tokenizer.Encode("a bc\n日本 z"));
        }
        catch (ModelFormatException error)
        {
            Assert.That(error.Message, Does.StartWith("t.json: "));
        }
    }

    [Test]
    public void A_location_without_a_tokenizer_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => TokenizerLoader.Load(folder.Path), Throws.TypeOf<ModelFormatException>().With.Message.Contains("tokenizer.json"));
        Assert.That(() => TokenizerLoader.Load(folder.File("none")), Throws.TypeOf<ModelFormatException>().With.Message.Contains("'bytes'"));
    }
}
