namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Cuts a text before each run of spaces (or space marks). Where no token holds a space after another character, no merge crosses such a cut.</summary>
internal ref struct SpaceMarkedWords
{
    private readonly bool _cutEverySpace;
    private ReadOnlySpan<byte> _rest;

    /// <param name="text">UTF-8.</param>
    /// <param name="cutEverySpace">Cut before every space, also inside a run of them.</param>
    public SpaceMarkedWords(ReadOnlySpan<byte> text, bool cutEverySpace)
    {
        _rest = text;
        _cutEverySpace = cutEverySpace;
    }

    /// <summary>The next word, with the spaces before it; false at the end.</summary>
    public bool Next(out ReadOnlySpan<byte> word)
    {
        int position = SpaceMark.Length(_rest);
        if (!_cutEverySpace)
        {
            for (int space = position; space > 0; position += space)
                space = SpaceMark.Length(_rest[position..]);
        }

        while (position < _rest.Length && SpaceMark.Length(_rest[position..]) == 0)
            position++;
        word = _rest[..position];
        _rest = _rest[position..];
        return !word.IsEmpty;
    }
}
