using Swat.Train.Data;

namespace Swat.Train.Tests.Data;

/// <summary>Token sources for tests.</summary>
internal static class Tokens
{
    /// <summary>The tokens 0, 1, 2, ..., so that a token tells its position.</summary>
    public static TokenList<ushort> Counting(int count, params long[] documentStarts) => new(
        Enumerable.Range(0, count).Select(token => (ushort)token).ToArray(), documentStarts.Length > 0 ? documentStarts : [0]);

    public static int[] ReadAll(ITokenSource source)
    {
        var tokens = new int[source.Length];
        source.Read(0, tokens);
        return tokens;
    }
}
