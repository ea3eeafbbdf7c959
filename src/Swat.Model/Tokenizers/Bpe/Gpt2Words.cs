using System.Globalization;
using System.Text;

namespace Swat.Model.Tokenizers.Bpe;

/// <summary>
/// GPT-2's division of a text into words, the matches of
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, found by hand on valid UTF-8.
/// </summary>
internal ref struct Gpt2Words(ReadOnlySpan<byte> text)
{
    private static readonly Kind[] AsciiKinds = [.. Enumerable.Range(0, 128).Select(value => KindOf(new Rune(value)))];

    private ReadOnlySpan<byte> _rest = text;

    private enum Kind : byte
    {
        End,
        Letter,
        Number,
        Space,
        Other,
    }

    /// <summary>The next word; false at the end.</summary>
    public bool Next(out ReadOnlySpan<byte> word)
    {
        int length = Contraction(_rest);
        if (length == 0)
            length = SpaceAndRun(_rest);
        if (length == 0)
            length = Spaces(_rest);
        word = _rest[..length];
        _rest = _rest[length..];
        return length > 0;
    }

    private static int Contraction(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != (byte)'\'')
            return 0;
        var letters = text[1..];
        if (letters.StartsWith("re"u8) || letters.StartsWith("ve"u8) || letters.StartsWith("ll"u8))
            return 3;
        return letters.Length > 0 && letters[0] is (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d' ? 2 : 0;
    }

    /// <summary>A space or none, then a run of letters, of numbers, or of neither of them nor white space.</summary>
    private static int SpaceAndRun(ReadOnlySpan<byte> text)
    {
        int start = text.Length > 0 && text[0] == (byte)' ' ? 1 : 0;
        var kind = First(text[start..], out int length);
        if (kind is Kind.Space or Kind.End)
            return 0;
        int position = start + length;
        while (First(text[position..], out length) == kind)
            position += length;
        return position;
    }

    /// <summary>White space up to the end of the text, or all but the last of a run, or a single one.</summary>
    private static int Spaces(ReadOnlySpan<byte> text)
    {
        int position = 0;
        int last = 0;
        while (First(text[position..], out int length) == Kind.Space)
        {
            last = length;
            position += length;
        }

        return position == text.Length || position == last ? position : position - last;
    }

    private static Kind First(ReadOnlySpan<byte> text, out int length)
    {
        length = 1;
        if (text.IsEmpty)
            return Kind.End;
        if (text[0] < AsciiKinds.Length)
            return AsciiKinds[text[0]];
        Rune.DecodeFromUtf8(text, out var character, out length);
        return KindOf(character);
    }

    private static Kind KindOf(Rune character)
    {
        if (Rune.IsWhiteSpace(character))
            return Kind.Space;
        return Rune.GetUnicodeCategory(character) switch
        {
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
