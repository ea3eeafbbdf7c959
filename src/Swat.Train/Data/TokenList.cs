namespace Swat.Train.Data;

/// <summary>A token source in memory.</summary>
public sealed class TokenList : ITokenSource
{
    private readonly ReadOnlyMemory<ushort> tokens;

    /// <param name="tokens">Every document's tokens, one document after another.</param>
    /// <param name="documentStarts">Where each document starts, ascending, the first at 0.</param>
    public TokenList(ReadOnlyMemory<ushort> tokens, IReadOnlyList<long> documentStarts)
    {
        this.tokens = tokens;
        DocumentStarts = documentStarts;
    }

    public long Length => tokens.Length;

    public IReadOnlyList<long> DocumentStarts { get; }

    public void Read(long position, Span<int> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, Length - destination.Length);
        var source = tokens.Span.Slice((int)position, destination.Length);
        for (var i = 0; i < source.Length; i++)
            destination[i] = source[i];
    }
}
