using System.Numerics;
using System.Runtime.InteropServices;
using Swat.Train.Logging;

namespace Swat.Train.Data;

/// <summary>A token source in memory.</summary>
/// <typeparam name="T">How a token is stored: an integer that holds every id.</typeparam>
public sealed class TokenList<T> : ITokenSource
    where T : unmanaged, IBinaryInteger<T>
{
    private readonly ReadOnlyMemory<T> tokens;

    /// <param name="tokens">Every document's tokens, one document after another.</param>
    /// <param name="documentStarts">Where each document starts, ascending, the first at 0.</param>
    public TokenList(ReadOnlyMemory<T> tokens, IReadOnlyList<long> documentStarts)
    {
        this.tokens = tokens;
        DocumentStarts = documentStarts;
    }

    public long Length => tokens.Length;

    public IReadOnlyList<long> DocumentStarts { get; }

    /// <summary>CRC-32C of the tokens as they are stored.</summary>
    public uint Checksum => Crc32C.Compute(MemoryMarshal.AsBytes(tokens.Span));

    public void Read(long position, Span<int> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, Length - destination.Length);
        var source = tokens.Span.Slice((int)position, destination.Length);
        for (var i = 0; i < source.Length; i++)
            destination[i] = int.CreateTruncating(source[i]);
    }
}
