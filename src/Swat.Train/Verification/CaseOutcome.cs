namespace Swat.Train.Verification;

/// <summary>What verifying one golden case gave.</summary>
/// <param name="Compared">What was compared, such as "o, dq, dk, dv".</param>
/// <param name="Deviation">The errors found; null when the case could not be computed.</param>
/// <param name="Tolerance">The policy they are held to.</param>
/// <param name="Problem">Why the case could not be computed; null when it was.</param>
public sealed record CaseOutcome(string Compared, Deviation? Deviation, Tolerance Tolerance, string? Problem)
{
    public bool Passed => Problem is null && Deviation is { Count: > 0 } deviation && deviation.Largest <= Tolerance.Relative;

    public static CaseOutcome NotComputed(string problem) => new("", null, Tolerance.Exact, problem);

    /// <summary>The outcome in one line, without the case's name.</summary>
    public override string ToString() => Deviation is null
        ? $"FAIL: {Problem}"
        : FormattableString.Invariant(
            $"{Compared}: largest error {Deviation.Largest:0.0e-00} ({Deviation.Worst}), tolerance {Tolerance.Name} {Tolerance.Relative:0e-00}: {(Passed ? "pass" : "FAIL")}");
}
