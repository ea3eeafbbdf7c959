using System.Globalization;

namespace Swat.Model.Tokenizers.Bpe;

/// <summary>The spelling of a byte's token in the vocabularies of SentencePiece and Llama: <c>&lt;0x0A&gt;</c>.</summary>
internal static class ByteToken
{
    /// <summary>The spelling of <paramref name="value"/>.</summary>
    public static string Spelling(byte value) => $"<0x{value:X2}>";

    /// <summary>Reads the spelling; false where <paramref name="token"/> is none.</summary>
    public static bool TryParse(string token, out byte value)
    {
        value = 0;
        return token.Length == 6
            && token.StartsWith("<0x", StringComparison.Ordinal)
            && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
