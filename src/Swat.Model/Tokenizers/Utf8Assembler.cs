using System.Text;

namespace Swat.Model.Tokenizers;

/// <summary>Joins the bytes of successive tokens into characters; each maximal ill-formed part becomes one U+FFFD.</summary>
internal sealed class Utf8Assembler
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private char[] _characters = new char[64];

    /// <summary>The characters that <paramref name="bytes"/> complete.</summary>
    public string Add(ReadOnlySpan<byte> bytes) => Convert(bytes, flush: false);

    /// <summary>What an incomplete character leaves behind; the assembler is then as new.</summary>
    public string Finish() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        int needed = Encoding.UTF8.GetMaxCharCount(bytes.Length);
        if (_characters.Length < needed)
            _characters = new char[needed];
        int count = _decoder.GetChars(bytes, _characters, flush);
        return count == 0 ? "" : new(_characters, 0, count);
    }
}
