using System.Text;
using Swat.Model.Tests.Support;
using Swat.Model.Tokenizers;

namespace Swat.Model.Tests.Tokenizers;

public class GoldenTokenizerTests
{
    [Test]
    public void Golden_cases_are_found_beside_the_checkout()
    {
        SharedFolder.Require("golden/tokenizer/cases.json");
        Assert.That(GoldenTokenizers.Cases().Count(), Is.GreaterThan(0));
    }

    [TestCaseSource(typeof(GoldenTokenizers), nameof(GoldenTokenizers.Cases))]
    public void Ids_and_decoded_text_are_those_of_the_original_libraries(string name, string text, int[] ids, string decoded)
    {
        var tokenizer = name == "llama2" ? GoldenTokenizers.Llama2 : GoldenTokenizers.Gpt2;
        Assert.That(tokenizer.Encode(text), Is.EqualTo(ids));
        Assert.That(tokenizer.Decode(ids), Is.EqualTo(decoded));
        var decoder = tokenizer.CreateDecoder();
        var parts = ids.Select(decoder.Add).ToList();
        parts.Add(decoder.Finish());
        Assert.That(string.Concat(parts), Is.EqualTo(decoded));
        Assert.That(parts, Has.None.Matches<string>(part => part.Contains('\uFFFD')), "streaming cuts no character");
    }

    [TestCaseSource(typeof(GoldenTokenizers), nameof(GoldenTokenizers.TextFiles))]
    public void Every_text_of_the_shared_data_survives_the_way_there_and_back(string path)
    {
        // Invalid UTF-8, if any, is read as U+FFFD by both sides.
        byte[] bytes = File.ReadAllBytes(path);
        string text = Encoding.UTF8.GetString(bytes);
        foreach (var tokenizer in (ITokenizer[])[GoldenTokenizers.Llama2, GoldenTokenizers.Gpt2, new ByteTokenizer()])
        {
            var ids = new List<int>();
            tokenizer.Encode(bytes, ids);
            Assert.That(tokenizer.Decode([.. ids]) == text, $"{tokenizer.GetType().Name}");
        }
    }

    [Test]
    public void Special_tokens_are_known()
    {
        Assert.That((GoldenTokenizers.Llama2.BosTokenId, GoldenTokenizers.Llama2.EosTokenId, GoldenTokenizers.Llama2.PadTokenId), Is.EqualTo(((int?)1, (int?)2, (int?)null)));
        Assert.That((GoldenTokenizers.Gpt2.BosTokenId, GoldenTokenizers.Gpt2.EosTokenId), Is.EqualTo(((int?)50256, (int?)50256)));
        Assert.That((GoldenTokenizers.Llama2.VocabularySize, GoldenTokenizers.Gpt2.VocabularySize), Is.EqualTo((32000, 50257)));
    }

    [Test]
    public void A_saved_tokenizer_is_the_same_tokenizer()
    {
        foreach (var tokenizer in (ITokenizer[])[GoldenTokenizers.Llama2, GoldenTokenizers.Gpt2])
        {
            using var folder = new TemporaryFolder();
            tokenizer.Save(folder.Path);
            Assert.That(TokenizerLoader.Load(folder.Path).Fingerprint, Is.EqualTo(tokenizer.Fingerprint));
        }
    }

    [Test]
    public void Several_threads_encode_with_one_tokenizer()
    {
        string text = File.ReadAllText(SharedFolder.Require("data/wikitext-2.valid.txt"))[..200_000];
        int[] expected = GoldenTokenizers.Llama2.Encode(text);
        Parallel.For(0, 8, _ => Assert.That(GoldenTokenizers.Llama2.Encode(text), Is.EqualTo(expected)));
    }
}
