using System.Runtime.InteropServices;

namespace Swat.Model.Tokenizers.Bpe;

/// <summary>The ids of words met before, in fixed memory: when it is full it starts anew.</summary>
/// <remarks>Words repeat so often that most of encoding is this look-up. One thread at a time.</remarks>
internal sealed class WordCache
{
    /// <summary>Longer words are not kept.</summary>
    public const int LongestWord = 64;

    private const int Slots = 1 << 16;
    private const int MaximumEntries = Slots / 2;
    private const int KeyBytes = MaximumEntries * 16;
    private const int IdCount = MaximumEntries * 8;

    private readonly Entry[] _entries = new Entry[Slots];
    private readonly byte[] _keys = new byte[KeyBytes];
    private readonly int[] _ids = new int[IdCount];
    private readonly ulong _seed = (ulong)Random.Shared.NextInt64();
    private int _entryCount;
    private int _keysUsed;
    private int _idsUsed;

    /// <summary>Finds a word's ids. The hash is what <see cref="Add"/> wants where this returns false.</summary>
    public bool TryGet(ReadOnlySpan<byte> word, out ReadOnlySpan<int> ids, out uint hash)
    {
        hash = Hash(word);
        for (uint slot = hash % Slots; _entries[slot].IsUsed; slot = (slot + 1) % Slots)
        {
            ref readonly var entry = ref _entries[slot];
            if (entry.Hash == hash && entry.KeyLength == word.Length && word.SequenceEqual(_keys.AsSpan(entry.KeyStart, word.Length)))
            {
                ids = _ids.AsSpan(entry.IdStart, entry.IdLength);
                return true;
            }
        }

        ids = default;
        return false;
    }

    /// <summary>Keeps a word of at most <see cref="LongestWord"/> bytes that is not there yet.</summary>
    public void Add(ReadOnlySpan<byte> word, uint hash, ReadOnlySpan<int> ids)
    {
        if (_entryCount == MaximumEntries || _keysUsed + word.Length > KeyBytes || _idsUsed + ids.Length > IdCount)
            Clear();
        uint slot = hash % Slots;
        while (_entries[slot].IsUsed)
            slot = (slot + 1) % Slots;
        _entries[slot] = new Entry(hash, _keysUsed, word.Length, _idsUsed, ids.Length);
        word.CopyTo(_keys.AsSpan(_keysUsed));
        ids.CopyTo(_ids.AsSpan(_idsUsed));
        _keysUsed += word.Length;
        _idsUsed += ids.Length;
        _entryCount++;
    }

    private void Clear()
    {
        Array.Clear(_entries);
        _entryCount = 0;
        _keysUsed = 0;
        _idsUsed = 0;
    }

    /// <summary>Eight bytes at a time, multiplied and folded; seeded, so that no text is slow on every run.</summary>
    private uint Hash(ReadOnlySpan<byte> word)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        ulong hash = _seed ^ ((ulong)word.Length * Multiplier);
        while (word.Length >= sizeof(ulong))
        {
            hash = Fold((hash ^ MemoryMarshal.Read<ulong>(word)) * Multiplier);
            word = word[sizeof(ulong)..];
        }

        ulong rest = 0;
        foreach (byte value in word)
            rest = (rest << 8) | value;
        return (uint)(Fold((hash ^ rest) * Multiplier) >> 16);
    }

    private static ulong Fold(ulong value) => value ^ (value >> 29);

    private readonly struct Entry(uint hash, int keyStart, int keyLength, int idStart, int idLength)
    {
        public readonly uint Hash = hash;
        public readonly int KeyStart = keyStart;
        public readonly int IdStart = idStart;
        public readonly short KeyLength = (short)keyLength;
        public readonly short IdLength = (short)idLength;
        public readonly bool IsUsed = true;
    }
}
