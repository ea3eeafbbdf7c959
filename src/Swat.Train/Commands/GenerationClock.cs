using System.Diagnostics;
using Swat.Model.Generation;

namespace Swat.Train.Commands;

/// <summary>Counts tokens and takes the time from the first ones on, which end the reading of the prompts and the compilation of kernels.</summary>
internal sealed class GenerationClock
{
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly HashSet<int> sequences = [];
    private long firstTokens;
    private int tokens;

    public void Count(GeneratedText part)
    {
        if (part.Token is null)
            return;
        if (tokens++ == 0)
            firstTokens = Stopwatch.GetTimestamp();
        sequences.Add(part.Sequence);
    }

    /// <summary>For example <c>400 tokens, 812.5 tokens/s after the first (0.31 s) on cpu</c>.</summary>
    public string Describe(string device)
    {
        if (tokens == 0)
            return $"0 tokens on {device}";
        var later = tokens - sequences.Count;
        var seconds = Stopwatch.GetElapsedTime(firstTokens).TotalSeconds;
        var first = Stopwatch.GetElapsedTime(started, firstTokens).TotalSeconds;
        var speed = later > 0 ? FormattableString.Invariant($", {later / seconds:F1} tokens/s after the first") : "";
        return FormattableString.Invariant($"{tokens} tokens{speed} ({first:F2} s) on {device}");
    }
}
