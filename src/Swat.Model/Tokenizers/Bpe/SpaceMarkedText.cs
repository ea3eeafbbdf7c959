namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Feeds a text to an encoder word by word, after an optional space before the whole.</summary>
internal static class SpaceMarkedText
{
    /// <param name="encoder">Takes the words.</param>
    /// <param name="boundaries">Tells the words.</param>
    /// <param name="text">Valid UTF-8.</param>
    /// <param name="ids">Where the ids go.</param>
    /// <param name="addPrefix">Put a space before the text, unless it is empty.</param>
    /// <param name="fused">The token of which neighbouring ones become one; null: none.</param>
    public static void Encode(BpeEncoder encoder, WordBoundaries boundaries, ReadOnlySpan<byte> text, List<int> ids, bool addPrefix, int? fused)
    {
        int start = ids.Count;
        if (addPrefix && boundaries.Next(ref text, out var first))
        {
            // The space may be a word of its own or join the first one.
            ReadOnlySpan<byte> prefixed = [(byte)' ', .. first];
            while (boundaries.Next(ref prefixed, out var part))
                encoder.Append(part, ids);
        }

        while (boundaries.Next(ref text, out var word))
            encoder.Append(word, ids);
        if (fused is { } unknown)
            Fuse(ids, start, unknown);
    }

    private static void Fuse(List<int> ids, int start, int unknown)
    {
        int kept = start;
        for (int i = start; i < ids.Count; i++)
        {
            if (i == start || ids[i] != unknown || ids[i - 1] != unknown)
                ids[kept++] = ids[i];
        }

        ids.RemoveRange(kept, ids.Count - kept);
    }
}
