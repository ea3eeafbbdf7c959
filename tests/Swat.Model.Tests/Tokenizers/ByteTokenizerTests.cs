using System.Text;
using Swat.Model.Tests.Support;
using Swat.Model.Tokenizers;

namespace Swat.Model.Tests.Tokenizers;

public class ByteTokenizerTests
{
    private readonly ByteTokenizer _tokenizer = new();

    [Test]
    public void Ids_are_the_bytes() => Assert.That(_tokenizer.Encode("aé"), Is.EqualTo(new[] { 97, 0xC3, 0xA9 }));

    [FsCheck.NUnit.Property]
    public void Streaming_emits_whole_characters_and_the_same_text(byte[] bytes)
    {
        var decoder = _tokenizer.CreateDecoder();
        var parts = bytes.Select(value => decoder.Add(value)).ToList();
        parts.Add(decoder.Finish());
        Assert.That(string.Concat(parts), Is.EqualTo(Encoding.UTF8.GetString(bytes)));
        Assert.That(parts, Has.None.Matches<string>(part => part.Length > 0 && (char.IsLowSurrogate(part[0]) || char.IsHighSurrogate(part[^1]))));
    }

    [Test]
    public void A_character_appears_with_its_last_byte()
    {
        var decoder = _tokenizer.CreateDecoder();
        Assert.That(Encoding.UTF8.GetBytes("🙂").Select(value => decoder.Add(value)), Is.EqualTo(new[] { "", "", "", "🙂" }));
    }

    [Test]
    public void Special_tokens_have_no_text_and_others_do_not_exist()
    {
        Assert.That(_tokenizer.Decode(ByteTokenizer.Bos, 'x', ByteTokenizer.Eos, ByteTokenizer.Pad), Is.EqualTo("x"));
        Assert.That(() => _tokenizer.Decode(259), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _tokenizer.Decode(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_saved_tokenizer_is_found_again()
    {
        using var folder = new TemporaryFolder();
        _tokenizer.Save(folder.Path);
        var loaded = TokenizerLoader.Load(folder.Path);
        Assert.That(loaded, Is.TypeOf<ByteTokenizer>());
        Assert.That(loaded.Fingerprint, Is.EqualTo(_tokenizer.Fingerprint));
        Assert.That(_tokenizer.Fingerprint, Does.Match("^[0-9a-f]{64}$"));
    }
}
