namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Merges a word's symbols until no pair merges any more: always the pair of lowest rank, the leftmost among equals.</summary>
/// <remarks>Holds buffers; one thread at a time.</remarks>
internal sealed class BpeMerger(BpeMerges merges)
{
    /// <summary>Up to this many symbols a scan for the lowest rank beats a heap.</summary>
    private const int LargestScan = 48;

    private const int Dead = -1;

    private readonly PriorityQueue<int, ulong> _agenda = new();
    private int[] _rank = [];
    private int[] _merged = [];
    private int[] _previous = [];
    private int[] _next = [];

    /// <summary>Merges <paramref name="symbols"/> in place.</summary>
    /// <returns>How many are left, at the front.</returns>
    public int Merge(Span<int> symbols)
    {
        if (symbols.Length < 2)
            return symbols.Length;
        if (_rank.Length < symbols.Length)
            Grow(symbols.Length);
        return symbols.Length <= LargestScan ? MergeByScan(symbols) : MergeByAgenda(symbols);
    }

    private void Grow(int length)
    {
        int capacity = Math.Max(2 * LargestScan, (int)Math.Min(Array.MaxLength, 2L * length));
        _rank = new int[capacity];
        _merged = new int[capacity];
        _previous = new int[capacity];
        _next = new int[capacity];
    }

    /// <summary>Keeps the rank of the pair that begins at each symbol and closes the gap after each merge: quadratic, with a small constant.</summary>
    private int MergeByScan(Span<int> symbols)
    {
        int count = symbols.Length;
        for (int i = 0; i + 1 < count; i++)
            (_rank[i], _merged[i]) = merges.Lookup(symbols[i], symbols[i + 1]);
        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++)
            {
                if (_rank[i] < _rank[best])
                    best = i;
            }

            if (_rank[best] == BpeMerges.None)
                break;
            symbols[best] = _merged[best];
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            Array.Copy(_rank, best + 2, _rank, best + 1, count - best - 2);
            Array.Copy(_merged, best + 2, _merged, best + 1, count - best - 2);
            count--;
            if (best + 1 < count)
                (_rank[best], _merged[best]) = merges.Lookup(symbols[best], symbols[best + 1]);
            if (best > 0)
                (_rank[best - 1], _merged[best - 1]) = merges.Lookup(symbols[best - 1], symbols[best]);
        }

        return count;
    }

    /// <summary>Keeps the symbols in a linked list and the pairs in a heap by (rank, position). An entry whose rank is no longer that of its position is stale.</summary>
    private int MergeByAgenda(Span<int> symbols)
    {
        int count = symbols.Length;
        _agenda.Clear();
        for (int i = 0; i < count; i++)
        {
            _previous[i] = i - 1;
            _next[i] = i + 1;
        }

        _next[count - 1] = Dead;
        _rank[count - 1] = Dead;
        for (int i = 0; i + 1 < count; i++)
            Enqueue(symbols, i);
        while (_agenda.TryDequeue(out int left, out ulong key))
        {
            if (_rank[left] == (int)(key >> 32))
                MergePair(symbols, left);
        }

        int kept = 0;
        for (int i = 0; i != Dead; i = _next[i])
            symbols[kept++] = symbols[i];
        return kept;
    }

    private void MergePair(Span<int> symbols, int left)
    {
        int right = _next[left];
        symbols[left] = _merged[left];
        _next[left] = _next[right];
        _rank[right] = Dead;
        if (_next[left] == Dead)
        {
            _rank[left] = Dead;
        }
        else
        {
            _previous[_next[left]] = left;
            Enqueue(symbols, left);
        }

        if (_previous[left] != Dead)
            Enqueue(symbols, _previous[left]);
    }

    private void Enqueue(Span<int> symbols, int left)
    {
        (_rank[left], _merged[left]) = merges.Lookup(symbols[left], symbols[_next[left]]);
        if (_rank[left] == BpeMerges.None)
            _rank[left] = Dead;
        else
            _agenda.Enqueue(left, ((ulong)_rank[left] << 32) | (uint)left);
    }
}
