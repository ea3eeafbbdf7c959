namespace Swat.Model.Tests.Golden;

/// <summary>Targets of predicting each next token; the last position of a sequence has none.</summary>
internal static class NextToken
{
    private const int Ignored = -100;

    public static int[] Targets(ReadOnlySpan<int> ids, int length)
    {
        var targets = new int[ids.Length];
        for (int i = 0; i < ids.Length; i++)
            targets[i] = (i + 1) % length == 0 ? Ignored : ids[i + 1];
        return targets;
    }
}
