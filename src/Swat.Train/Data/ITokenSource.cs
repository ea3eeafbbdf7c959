namespace Swat.Train.Data;

/// <summary>
/// A long sequence of token ids that can be read anywhere: the documents of a corpus one after another.
/// Reads from several threads at once are allowed.
/// </summary>
public interface ITokenSource
{
    /// <summary>Tokens in all.</summary>
    long Length { get; }

    /// <summary>Where each document starts, ascending; the first is 0. A document ends where the next one starts.</summary>
    IReadOnlyList<long> DocumentStarts { get; }

    /// <summary>Differs, as good as surely, between sources with different tokens; equal sources of one kind have equal ones.</summary>
    uint Checksum { get; }

    /// <summary>Copies the tokens from <paramref name="position"/> on into all of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the source.</exception>
    void Read(long position, Span<int> destination);
}
