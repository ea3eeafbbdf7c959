namespace Swat.Train.Data;

/// <summary>
/// The sequences of one source. An epoch cuts the source into sequences from an offset of its own and visits each once, in an order
/// of its own; offset and order follow from the seed and the epoch's number alone.
/// </summary>
public sealed class ShuffledSequences : ISequenceOrder
{
    private readonly ITokenSource source;
    private readonly ulong seed;
    private readonly long offsets;

    /// <param name="source">At least length + 1 tokens.</param>
    /// <param name="length">Tokens in a sequence.</param>
    /// <param name="seed">Decides offsets and orders.</param>
    /// <exception cref="ArgumentException">The source is shorter than one sequence and its last target.</exception>
    public ShuffledSequences(ITokenSource source, int length, long seed)
    {
        if (source.Length < length + 1L)
            throw new ArgumentException($"{source.Length} tokens hold no sequence of {length} and the token after it.", nameof(source));
        this.source = source;
        this.seed = (ulong)seed;
        Length = length;
        offsets = Math.Min(length, source.Length - length);
        SequencesPerEpoch = (source.Length - offsets) / length;
    }

    /// <inheritdoc/>
    public int Length { get; }

    /// <summary>Sequences in an epoch; the same for each offset.</summary>
    public long SequencesPerEpoch { get; }

    /// <inheritdoc/>
    public void Fill(Batch batch, int row, long position)
    {
        var (epoch, index) = Math.DivRem(position, SequencesPerEpoch);
        var key = Mixer.Combine(seed, (ulong)epoch);
        var offset = (long)(Mixer.Combine(key, 0) % (ulong)offsets);
        batch.Fill(row, source, offset + Length * (long)Permutation.Map((ulong)index, (ulong)SequencesPerEpoch, key));
    }
}
