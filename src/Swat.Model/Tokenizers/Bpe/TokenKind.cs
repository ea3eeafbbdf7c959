namespace Swat.Model.Tokenizers.Bpe;

/// <summary>How a token takes part in decoding.</summary>
internal enum TokenKind : byte
{
    /// <summary>Whole characters; a space at the beginning may be the one that encoding put there.</summary>
    Text,

    /// <summary>Whole characters, exactly as they are.</summary>
    Verbatim,

    /// <summary>One byte, which may be part of a character.</summary>
    Byte,

    /// <summary>No text at all.</summary>
    Hidden,
}
