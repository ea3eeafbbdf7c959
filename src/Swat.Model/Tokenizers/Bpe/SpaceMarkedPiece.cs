using System.Globalization;

namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Properties of a token's spelling in the vocabularies of SentencePiece and Llama.</summary>
internal static class SpaceMarkedPiece
{
    /// <summary>Whether a space follows another character, so that a merge could cross the beginning of a word.</summary>
    public static bool HasSpaceInside(string piece)
    {
        int words = piece.AsSpan().TrimStart(SpaceMark.Character).IndexOf(SpaceMark.Character);
        return words >= 0;
    }

    /// <summary>Reads the spelling of a byte token, <c>&lt;0x0A&gt;</c>.</summary>
    public static bool TryByte(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6
            && piece.StartsWith("<0x", StringComparison.Ordinal)
            && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
