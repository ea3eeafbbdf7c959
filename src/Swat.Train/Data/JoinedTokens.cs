using Swat.Train.Logging;

namespace Swat.Train.Data;

/// <summary>Token sources one after another as one.</summary>
public sealed class JoinedTokens : ITokenSource
{
    private readonly IReadOnlyList<ITokenSource> parts;
    private readonly long[] firstTokens;

    /// <param name="parts">At least one; they stay the caller's.</param>
    public JoinedTokens(IReadOnlyList<ITokenSource> parts)
    {
        this.parts = parts;
        firstTokens = new long[parts.Count];
        var starts = new List<long>();
        for (var i = 0; i < parts.Count; i++)
        {
            firstTokens[i] = Length;
            starts.AddRange(parts[i].DocumentStarts.Select(start => Length + start));
            Length += parts[i].Length;
        }

        DocumentStarts = starts;
    }

    public long Length { get; }

    public IReadOnlyList<long> DocumentStarts { get; }

    public uint Checksum => parts.Aggregate(0u, (checksum, part) => Crc32C.Append(checksum, BitConverter.GetBytes(part.Checksum)));

    public void Read(long position, Span<int> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, Length - destination.Length);
        var index = Array.BinarySearch(firstTokens, position);
        for (index = index >= 0 ? index : ~index - 1; destination.Length > 0; index++)
        {
            var offset = position - firstTokens[index];
            var count = (int)Math.Min(destination.Length, parts[index].Length - offset);
            parts[index].Read(offset, destination[..count]);
            destination = destination[count..];
            position += count;
        }
    }
}
