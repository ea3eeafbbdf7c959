namespace Swat.Tensors.Ops;

/// <summary>
/// Where the documents begin and end that are packed one behind the other into sequences: attention reaches from no document into another.
/// A document that runs over a sequence's end goes on in the next sequence as a document of its own.
/// </summary>
public sealed class AttentionDocuments : IDisposable
{
    /// <param name="device">Where the tensors are.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="offsets">
    /// Numbers of the documents' first tokens among all batch·length tokens, one sequence behind the other, then batch·length:
    /// 0, …, batch·length, not descending (cu_seqlens of other libraries).
    /// </param>
    /// <exception cref="ArgumentException">The offsets do not begin at 0, descend, or do not end with the number of tokens.</exception>
    public AttentionDocuments(TensorDevice device, int batch, int length, ReadOnlySpan<int> offsets)
    {
        var count = checked(batch * length);
        if (offsets.Length < 2 || offsets[0] != 0 || offsets[^1] != count)
        {
            throw new ArgumentException(
                $"the offsets of documents in {batch} sequences of {length} tokens must begin with 0 and end with {count}", nameof(offsets));
        }

        var first = new int[count];
        var last = new int[count];
        for (var document = 0; document + 1 < offsets.Length; document++)
        {
            var (start, end) = (offsets[document], offsets[document + 1]);
            if (end < start || end > count)
            {
                throw new ArgumentException(
                    $"offset {document + 1} of the documents is {end}; it must lie between the one before, {start}, and {count}", nameof(offsets));
            }

            for (var token = start; token < end; token++)
            {
                var sequence = token / length * length;
                first[token] = Math.Max(start - sequence, 0);
                last[token] = Math.Min(end - sequence, length) - 1;
            }
        }

        First = Tensor.FromArray(device, first, [batch, length]);
        Last = Tensor.FromArray(device, last, [batch, length]);
    }

    /// <summary>Int32 [batch, length]: position in its sequence of the first token of each token's document.</summary>
    public Tensor First { get; }

    /// <summary>Int32 [batch, length]: position in its sequence of the last token of each token's document.</summary>
    public Tensor Last { get; }

    public void Dispose()
    {
        First.Dispose();
        Last.Dispose();
    }
}
