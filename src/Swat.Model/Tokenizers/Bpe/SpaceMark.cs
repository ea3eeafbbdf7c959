namespace Swat.Model.Tokenizers.Bpe;

/// <summary>U+2581, the character that stands for a space in the tokens of SentencePiece and Llama.</summary>
internal static class SpaceMark
{
    public const char Character = '\u2581';

    /// <summary>Its UTF-8 form.</summary>
    public static ReadOnlySpan<byte> Utf8 => "\u2581"u8;

    /// <summary>Length of the space or mark that <paramref name="text"/> begins with; 0 where it begins with neither.</summary>
    public static int Length(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return 0;
        if (text[0] == (byte)' ')
            return 1;
        return text.StartsWith(Utf8) ? Utf8.Length : 0;
    }
}
