namespace Swat.Train.Data;

/// <summary>Sequences of one step, row by row: <see cref="Targets"/>[b, t] is the token that follows <see cref="Inputs"/>[b, t].</summary>
public sealed class Batch
{
    /// <summary>Target of a position whose next token is not to be predicted.</summary>
    public const int NoTarget = -100;

    /// <param name="sequences">Rows.</param>
    /// <param name="length">Tokens in a row.</param>
    public Batch(int sequences, int length)
    {
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

    /// <summary>Fills row <paramref name="row"/> with the length + 1 tokens of <paramref name="source"/> from <paramref name="position"/> on.</summary>
    internal void Fill(int row, ITokenSource source, long position)
    {
        source.Read(position, Inputs.AsSpan(row * Length, Length));
        source.Read(position + 1, Targets.AsSpan(row * Length, Length));
    }
}
