namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Feeds a text to an encoder in words that begin with spaces, after an optional space before the whole.</summary>
internal static class SpaceMarkedText
{
    /// <param name="encoder">Takes the words.</param>
    /// <param name="text">Valid UTF-8.</param>
    /// <param name="ids">Where the ids go.</param>
    /// <param name="addPrefix">Put a space before the text, unless it is empty.</param>
    /// <param name="cutAtSpaces">Whether no token holds a space after another character, so that words encode on their own.</param>
    /// <param name="cutEverySpace">Whether tokens may not hold several spaces either.</param>
    public static void Encode(BpeEncoder encoder, ReadOnlySpan<byte> text, List<int> ids, bool addPrefix, bool cutAtSpaces, bool cutEverySpace)
    {
        if (text.IsEmpty)
            return;
        if (!cutAtSpaces)
        {
            encoder.Append(addPrefix ? [(byte)' ', .. text] : text, ids);
            return;
        }

        var words = new SpaceMarkedWords(text, cutEverySpace);
        if (addPrefix && words.Next(out var first))
            encoder.Append([(byte)' ', .. first], ids);
        while (words.Next(out var word))
            encoder.Append(word, ids);
    }
}
