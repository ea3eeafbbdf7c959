using System.Numerics;

namespace Swat.Train.Data;

/// <summary>
/// A pseudo-random permutation of 0..n-1 that needs no table: a four-round Feistel network over the next even number of bits,
/// applied again until the result is below n. It is a bijection because each round can be undone.
/// </summary>
internal static class Permutation
{
    private const int Rounds = 4;

    /// <summary>Where <paramref name="index"/> goes in the permutation that <paramref name="key"/> picks.</summary>
    /// <param name="index">Below <paramref name="count"/>.</param>
    /// <param name="count">At least 1.</param>
    /// <param name="key">Picks the permutation.</param>
    public static ulong Map(ulong index, ulong count, ulong key)
    {
        var halfBits = (64 - BitOperations.LeadingZeroCount(Math.Max(count - 1, 1)) + 1) / 2;
        var mask = (1UL << halfBits) - 1;
        do
        {
            var left = index >> halfBits;
            var right = index & mask;
            for (var round = 1; round <= Rounds; round++)
                (left, right) = (right, left ^ (Mixer.Combine(key + (ulong)round, right) & mask));
            index = (left << halfBits) | right;
        }
        while (index >= count);
        return index;
    }
}
