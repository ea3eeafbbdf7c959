using System.Buffers;
using System.Text;

namespace Swat.Model.Tokenizers.HuggingFace;

/// <summary>Finds added tokens in a text: the leftmost, and the longest of those that begin at the same place.</summary>
internal sealed class AddedTokenFinder
{
    private readonly SearchValues<byte> _firstBytes;
    private readonly (byte[] Text, int Id)[] _longestFirst;

    public AddedTokenFinder(IEnumerable<AddedToken> tokens)
    {
        _longestFirst = [.. tokens.Select(token => (Encoding.UTF8.GetBytes(token.Text), token.Id)).OrderByDescending(token => token.Item1.Length)];
        _firstBytes = SearchValues.Create([.. _longestFirst.Select(token => token.Text[0]).Distinct()]);
    }

    /// <summary>Finds the next token in <paramref name="text"/>; false where there is none.</summary>
    public bool TryFind(ReadOnlySpan<byte> text, out int start, out int length, out int id)
    {
        start = 0;
        while (text[start..].IndexOfAny(_firstBytes) is >= 0 and int skip)
        {
            start += skip;
            foreach (var token in _longestFirst)
            {
                if (text[start..].StartsWith(token.Text))
                {
                    (length, id) = (token.Text.Length, token.Id);
                    return true;
                }
            }

            start++;
        }

        (start, length, id) = (text.Length, 0, -1);
        return false;
    }
}
