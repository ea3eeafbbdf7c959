using System.Numerics;

namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Which pairs of neighbouring symbols merge, in what order and into what: a hash table from (left, right) to (rank, merged).</summary>
internal sealed class BpeMerges
{
    /// <summary>The rank of a pair that does not merge; every other rank is smaller.</summary>
    public const int None = int.MaxValue;

    private const ulong Empty = ulong.MaxValue;

    private readonly ulong[] _keys;
    private readonly (int Rank, int Merged)[] _values;
    private readonly int _shift;

    /// <param name="pairs">Symbols are not negative, ranks below <see cref="None"/>; of equal pairs the last counts.</param>
    public BpeMerges(IReadOnlyCollection<(int Left, int Right, int Rank, int Merged)> pairs)
    {
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, pairs.Count * 2));
        _shift = 64 - BitOperations.Log2((uint)capacity);
        _keys = new ulong[capacity];
        _values = new (int, int)[capacity];
        Array.Fill(_keys, Empty);
        foreach (var (left, right, rank, merged) in pairs)
        {
            int slot = Find(Key(left, right));
            _keys[slot] = Key(left, right);
            _values[slot] = (rank, merged);
        }
    }

    /// <summary>The rank at which the pair merges (lower first) and the symbol it becomes; <see cref="None"/> where it does not.</summary>
    public (int Rank, int Merged) Lookup(int left, int right)
    {
        int slot = Find(Key(left, right));
        return _keys[slot] == Empty ? (None, -1) : _values[slot];
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int Find(ulong key)
    {
        int slot = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (_keys[slot] != key && _keys[slot] != Empty)
            slot = (slot + 1) & (_keys.Length - 1);
        return slot;
    }
}
