namespace Swat.Train.Data;

/// <summary>
/// Draws training sequences. An epoch cuts the source into sequences from an offset of its own and visits each once, in an order
/// of its own; offset and order follow from the seed and the epoch's number alone. So <see cref="Position"/>, the number of
/// sequences drawn, is the whole state: saving and restoring it costs O(1).
/// </summary>
public sealed class SequenceSampler
{
    private readonly ITokenSource source;
    private readonly int length;
    private readonly ulong seed;
    private readonly long offsets;

    /// <param name="source">At least length + 1 tokens.</param>
    /// <param name="length">Tokens in a sequence.</param>
    /// <param name="seed">Decides offsets and orders.</param>
    /// <exception cref="ArgumentException">The source is shorter than one sequence and its last target.</exception>
    public SequenceSampler(ITokenSource source, int length, long seed)
    {
        if (source.Length < length + 1L)
            throw new ArgumentException($"{source.Length} tokens hold no sequence of {length} and the token after it.", nameof(source));
        this.source = source;
        this.length = length;
        this.seed = (ulong)seed;
        offsets = Math.Min(length, source.Length - length);
        SequencesPerEpoch = (source.Length - offsets) / length;
    }

    /// <summary>Sequences in an epoch; the same for each offset.</summary>
    public long SequencesPerEpoch { get; }

    /// <summary>Sequences drawn so far, over all epochs.</summary>
    public long Position { get; set; }

    /// <summary>Fills every row of <paramref name="batch"/> with the next sequences.</summary>
    public void Next(Batch batch)
    {
        for (var row = 0; row < batch.Sequences; row++)
            batch.Fill(row, source, StartOf(Position++));
    }

    private long StartOf(long position)
    {
        var (epoch, index) = Math.DivRem(position, SequencesPerEpoch);
        var key = Mixer.Combine(seed, (ulong)epoch);
        var offset = (long)(Mixer.Combine(key, 0) % (ulong)offsets);
        return offset + length * (long)Permutation.Map((ulong)index, (ulong)SequencesPerEpoch, key);
    }
}
