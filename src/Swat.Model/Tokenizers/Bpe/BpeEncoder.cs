using System.Runtime.InteropServices;

namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Turns words into token ids: from the cache, or by merging. One thread at a time; see <see cref="BpeEncoderPool"/>.</summary>
internal sealed class BpeEncoder(ISymbolAlphabet alphabet, BpeMerges merges)
{
    private readonly WordCache _cache = new();
    private readonly BpeMerger _merger = new(merges);
    private int[] _symbols = new int[2 * WordCache.LongestWord];

    /// <summary>Appends the ids of <paramref name="word"/>, valid UTF-8 that merges with nothing around it.</summary>
    public void Append(ReadOnlySpan<byte> word, List<int> ids)
    {
        if (word.Length > WordCache.LongestWord)
        {
            Merge(word, ids);
            return;
        }

        if (_cache.TryGet(word, out var known, out uint hash))
        {
            ids.AddRange(known);
            return;
        }

        int before = ids.Count;
        Merge(word, ids);
        _cache.Add(word, hash, CollectionsMarshal.AsSpan(ids)[before..]);
    }

    private void Merge(ReadOnlySpan<byte> word, List<int> ids)
    {
        // A character without a token can take as many symbols as the mark for a space has bytes.
        int capacity = checked(word.Length * SpaceMark.Utf8.Length);
        if (_symbols.Length < capacity)
            _symbols = new int[capacity];
        int count = alphabet.Split(word, _symbols);
        count = _merger.Merge(_symbols.AsSpan(0, count));
        foreach (int symbol in _symbols.AsSpan(0, count))
            alphabet.Emit(symbol, ids);
    }
}
