using System.Text;

namespace Swat.Model.Tokenizers.Bpe;

/// <summary>
/// Where a text may be cut into words that encode on their own: between two characters that no token holds side by side, since no merge
/// can join them. Spaces and space marks are the same character here.
/// </summary>
internal sealed class WordBoundaries
{
    private const int AsciiCount = 128;

    private readonly bool[] _asciiPairs = new bool[AsciiCount * AsciiCount];
    private readonly HashSet<ulong> _otherPairs = [];
    private readonly bool _cutEverySpace;

    /// <param name="tokens">The tokens that merges make.</param>
    /// <param name="cutEverySpace">Cut before every space, whatever the tokens are.</param>
    public WordBoundaries(IEnumerable<string> tokens, bool cutEverySpace)
    {
        _cutEverySpace = cutEverySpace;
        foreach (string token in tokens)
        {
            int previous = -1;
            foreach (var character in token.EnumerateRunes())
            {
                int current = Normalize(character.Value);
                if (previous >= 0)
                    Join(previous, current);
                previous = current;
            }
        }
    }

    /// <summary>Takes the next word off <paramref name="text"/>; false at the end.</summary>
    /// <param name="text">Valid UTF-8; what follows the word afterwards.</param>
    /// <param name="word">Empty at the end.</param>
    public bool Next(ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> word)
    {
        int position = 0;
        int previous = -1;
        while (position < text.Length)
        {
            int length = 1;
            int current = text[position];
            if (current >= AsciiCount)
            {
                Rune.DecodeFromUtf8(text[position..], out var character, out length);
                current = Normalize(character.Value);
            }

            if (previous >= 0 && IsBoundary(previous, current))
                break;
            position += length;
            previous = current;
        }

        word = text[..position];
        text = text[position..];
        return position > 0;
    }

    private static int Normalize(int character) => character == SpaceMark.Character ? ' ' : character;

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private bool IsBoundary(int left, int right)
    {
        if (right == ' ' && _cutEverySpace)
            return true;
        return (left | right) < AsciiCount ? !_asciiPairs[(left * AsciiCount) + right] : !_otherPairs.Contains(Pair(left, right));
    }

    private void Join(int left, int right)
    {
        if ((left | right) < AsciiCount)
            _asciiPairs[(left * AsciiCount) + right] = true;
        else
            _otherPairs.Add(Pair(left, right));
    }
}
