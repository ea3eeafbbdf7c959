namespace Swat.Train.Data;

/// <summary>A fixed set of sequences, spread evenly over a source without overlap, so that losses measured at different times compare.</summary>
public sealed class ValidationSet
{
    private readonly ITokenSource source;
    private readonly int length;
    private readonly long available;
    private readonly bool separatesDocuments;

    /// <param name="source">At least length + 1 tokens.</param>
    /// <param name="length">Tokens in a sequence.</param>
    /// <param name="tokens">Tokens wanted in all; at least one sequence, at most all that fit.</param>
    /// <param name="separatesDocuments">Whether the batches keep where documents begin.</param>
    public ValidationSet(ITokenSource source, int length, long tokens, bool separatesDocuments = false)
    {
        this.separatesDocuments = separatesDocuments;
        this.source = source;
        this.length = length;
        available = (source.Length - 1) / length;
        Sequences = Math.Clamp((tokens + length - 1) / length, 1, available);
    }

    public long Sequences { get; }

    /// <summary>Tokens that are predicted.</summary>
    public long Tokens => Sequences * length;

    /// <summary>The sequences in batches of at most <paramref name="batchSize"/>; the last one has fewer rows when they do not divide.</summary>
    public IEnumerable<Batch> Batches(int batchSize)
    {
        for (long first = 0; first < Sequences; first += batchSize)
        {
            var batch = new Batch((int)Math.Min(batchSize, Sequences - first), length, separatesDocuments);
            for (var row = 0; row < batch.Sequences; row++)
                batch.Fill(row, source, (first + row) * available / Sequences * length);
            yield return batch;
        }
    }
}
