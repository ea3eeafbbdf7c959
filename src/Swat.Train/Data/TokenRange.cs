using Swat.Train.Logging;

namespace Swat.Train.Data;

/// <summary>A part of a token source, from <see cref="Start"/> on, as a source of its own.</summary>
public sealed class TokenRange : ITokenSource
{
    private readonly ITokenSource source;

    /// <exception cref="ArgumentOutOfRangeException">The range is not inside <paramref name="source"/>.</exception>
    public TokenRange(ITokenSource source, long start, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + length, source.Length, nameof(length));
        this.source = source;
        Start = start;
        Length = length;
        DocumentStarts = source.DocumentStarts
            .Where(document => document > start && document < start + length)
            .Select(document => document - start)
            .Prepend(0)
            .ToArray();
    }

    /// <summary>Position in the whole source of this part's first token.</summary>
    public long Start { get; }

    public long Length { get; }

    public IReadOnlyList<long> DocumentStarts { get; }

    public uint Checksum =>
        Crc32C.Append(source.Checksum, [.. BitConverter.GetBytes(Start), .. BitConverter.GetBytes(Length)]);

    public void Read(long position, Span<int> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, Length - destination.Length);
        source.Read(Start + position, destination);
    }
}
