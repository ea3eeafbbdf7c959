using System.Text;
using Swat.Model.Tokenizers;

namespace Swat.Model.Tests.Tokenizers;

public class SentencePieceTokenizerTests
{
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Ids_are_those_of_the_plain_algorithm(byte[] choices, bool byteFallback, bool dummyPrefix)
    {
        var tokenizer = TokenizerLoader.Parse(TinyTokenizers.SentencePiece(byteFallback, dummyPrefix), "tiny");
        string text = TinyTokenizers.Text(choices);
        Assert.That(tokenizer.Encode(text), Is.EqualTo(TinyTokenizers.ReferenceSentencePiece(text, byteFallback, dummyPrefix)), text);
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public void Long_words_merge_as_short_ones_do(byte[] choices)
    {
        // All characters join, so that the text is a single word longer than the scan for short words takes.
        string text = string.Concat(Enumerable.Repeat(string.Concat(choices.Append((byte)1).Select(choice => "abc"[choice % 3])), 30));
        var tokenizer = TokenizerLoader.Parse(TinyTokenizers.SentencePiece(), "tiny");
        Assert.That(tokenizer.Encode(text), Is.EqualTo(TinyTokenizers.ReferenceSentencePiece(text, true, true)));
    }

    [FsCheck.NUnit.Property]
    public void With_fallback_to_bytes_every_text_survives(FsCheck.NonNull<string> text, bool dummyPrefix)
    {
        var tokenizer = TokenizerLoader.Parse(TinyTokenizers.SentencePiece(true, dummyPrefix), "tiny");
        string valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get));
        Assert.That(tokenizer.Decode(tokenizer.Encode(valid)), Is.EqualTo(valid));
    }

    [Test]
    public void The_space_before_the_text_is_taken_off_once_and_control_tokens_do_not_count()
    {
        var tokenizer = TokenizerLoader.Parse(TinyTokenizers.SentencePiece(), "tiny");
        int[] ids = tokenizer.Encode(" a");
        Assert.That(tokenizer.Decode([1, .. ids, 2]), Is.EqualTo(" a"));
        Assert.That(tokenizer.Decode(0), Is.EqualTo(" ⁇ "));
    }

    [Test]
    public void Bytes_that_make_no_character_become_one_replacement_each()
    {
        var tokenizer = TokenizerLoader.Parse(TinyTokenizers.SentencePiece(), "tiny");
        int[] Bytes(params byte[] values) => [.. values.Select(value => 3 + value)];
        Assert.That(tokenizer.Decode(Bytes(0xE4, 0xBD)), Is.EqualTo("\uFFFD\uFFFD"));
        Assert.That(tokenizer.Decode(Bytes(0xE4, 0xBD, 0xA0)), Is.EqualTo("你"));
        Assert.That(tokenizer.Decode([.. Bytes(0xE4, 0xBD), .. tokenizer.Encode("a")]), Is.EqualTo("\uFFFD\uFFFD a"));
        Assert.That(tokenizer.Decode(Bytes(0xF0, 0x9F, 0x41, 0xFF)), Is.EqualTo("\uFFFD\uFFFDA\uFFFD"));
    }

    [Test]
    public void Ill_formed_text_is_read_as_replacement_characters()
    {
        var tokenizer = TokenizerLoader.Parse(TinyTokenizers.SentencePiece(), "tiny");
        var ids = new List<int>();
        tokenizer.Encode([(byte)'a', 0xFF, (byte)'b'], ids);
        Assert.That(ids, Is.EqualTo(tokenizer.Encode("a\uFFFDb")));
    }

    [Test]
    public void Models_of_other_kinds_are_refused_by_name()
    {
        Assert.That(() => TokenizerLoader.Parse(TinyTokenizers.SentencePiece(modelType: 1), "x.model"),
            Throws.TypeOf<ModelFormatException>().With.Message.StartsWith("x.model: ").And.Message.Contains("unigram"));
        byte[] normalizing = [.. TinyTokenizers.SentencePiece(), .. new ProtobufMessage().Bytes(3, new ProtobufMessage().Bytes(2, [1]).ToArray()).ToArray()];
        Assert.That(() => TokenizerLoader.Parse(normalizing, "x.model"), Throws.TypeOf<ModelFormatException>().With.Message.Contains("nmt_nfkc"));
        byte[] custom = [.. TinyTokenizers.SentencePiece(), .. new ProtobufMessage().Bytes(1, new ProtobufMessage().Bytes(1, "<x>"u8).Varint(3, 4).ToArray()).ToArray()];
        Assert.That(() => TokenizerLoader.Parse(custom, "x.model"), Throws.TypeOf<ModelFormatException>().With.Message.Contains("UserDefined"));
        byte[] twice = [.. TinyTokenizers.SentencePiece(), .. new ProtobufMessage().Bytes(1, new ProtobufMessage().Bytes(1, "ab"u8).ToArray()).ToArray()];
        Assert.That(() => TokenizerLoader.Parse(twice, "x.model"), Throws.TypeOf<ModelFormatException>().With.Message.Contains("occurs twice"));
        Assert.That(() => TokenizerLoader.Parse([], "x.model"), Throws.TypeOf<ModelFormatException>());
    }

    /// <summary>Anything may stand in a file: it is refused with its name, or it is a tokenizer that works.</summary>
    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void A_damaged_model_is_refused_or_works(int position, byte value, byte kind)
    {
        var content = TinyTokenizers.SentencePiece().ToList();
        Damage.Apply(content, position, value, kind);
        try
        {
            var tokenizer = TokenizerLoader.Parse([.. content], "x.model");
            tokenizer.Decode(tokenizer.Encode("a bc\n日本 z"));
        }
        catch (ModelFormatException error)
        {
            Assert.That(error.Message, Does.StartWith("x.model: "));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Random_bytes_are_refused(byte[] content) =>
        Assert.That(() => TokenizerLoader.Parse(content, "x"), Throws.TypeOf<ModelFormatException>());
}
