namespace Swat.Model.Tokenizers;

/// <summary>GPT-2's spelling of bytes as printable characters, in which byte-level BPE files write their tokens.</summary>
/// <remarks>Printable Latin-1 bytes stand for themselves; the other 68 bytes, in order, for U+0100 and the characters after it.</remarks>
internal static class ByteAlphabet
{
    private static readonly char[] CharacterOfByte = BuildCharacters();
    private static readonly short[] ByteOfCharacter = BuildBytes();

    /// <summary>The character that spells <paramref name="value"/>.</summary>
    public static char Character(byte value) => CharacterOfByte[value];

    /// <summary>The byte that <paramref name="character"/> spells; false where it spells none.</summary>
    public static bool TryByte(char character, out byte value)
    {
        short found = character < ByteOfCharacter.Length ? ByteOfCharacter[character] : (short)-1;
        value = (byte)found;
        return found >= 0;
    }

    /// <summary>The bytes that a token spells; false where a character spells none.</summary>
    public static bool TryBytes(string token, out byte[] bytes)
    {
        bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
        {
            if (!TryByte(token[i], out bytes[i]))
                return false;
        }

        return true;
    }

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        int next = 256;
        for (int value = 0; value < characters.Length; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = (char)(printable ? value : next++);
        }

        return characters;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[CharacterOfByte.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < CharacterOfByte.Length; value++)
            bytes[CharacterOfByte[value]] = (short)value;
        return bytes;
    }
}
