namespace Swat.Train.Data;

/// <summary>Sequences of one step, row by row: <see cref="Targets"/>[b, t] is the token that follows <see cref="Inputs"/>[b, t].</summary>
public sealed class Batch
{
    /// <summary>Target of a position whose next token is not to be predicted.</summary>
    public const int NoTarget = -100;

    private readonly List<int>[]? documentStarts;

    /// <param name="sequences">Rows.</param>
    /// <param name="length">Tokens in a row.</param>
    /// <param name="separatesDocuments">Whether it keeps where documents begin.</param>
    public Batch(int sequences, int length, bool separatesDocuments = false)
    {
        documentStarts = separatesDocuments ? [.. Enumerable.Range(0, sequences).Select(_ => new List<int>())] : null;
        Sequences = sequences;
        Length = length;
        Inputs = new int[sequences * length];
        Targets = new int[sequences * length];
    }

    public int Sequences { get; }

    public int Length { get; }

    /// <summary>[sequences, length]</summary>
    public int[] Inputs { get; }

    /// <summary>[sequences, length]</summary>
    public int[] Targets { get; }

    /// <summary>
    /// Where documents begin among all tokens of the batch, row by row: 0, …, sequences·length; a document that began before a row, or goes on
    /// behind it, is cut at its ends. Null where the batch does not keep them.
    /// </summary>
    public int[]? DocumentOffsets() => documentStarts is null
        ? null
        : [.. documentStarts.SelectMany((starts, row) => starts.Prepend(row * Length)), Sequences * Length];

    /// <summary>Fills row <paramref name="row"/> with the length + 1 tokens of <paramref name="source"/> from <paramref name="position"/> on.</summary>
    internal void Fill(int row, ITokenSource source, long position)
    {
        source.Read(position, Inputs.AsSpan(row * Length, Length));
        source.Read(position + 1, Targets.AsSpan(row * Length, Length));
        if (documentStarts is null)
            return;
        documentStarts[row].Clear();
        var document = FirstAfter(source.DocumentStarts, position);
        for (; document < source.DocumentStarts.Count && source.DocumentStarts[document] < position + Length; document++)
            documentStarts[row].Add(row * Length + (int)(source.DocumentStarts[document] - position));
    }

    /// <summary>Index of the first of the ascending <paramref name="starts"/> that is larger than <paramref name="position"/>.</summary>
    private static int FirstAfter(IReadOnlyList<long> starts, long position)
    {
        var (low, high) = (0, starts.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (starts[middle] > position)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
