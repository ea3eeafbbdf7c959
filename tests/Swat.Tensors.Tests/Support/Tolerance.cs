namespace Swat.Tensors.Tests.Support;

/// <summary>How far a result may be from its reference, as ‖x - reference‖/‖reference‖, and why.</summary>
public sealed record Tolerance(string Name, double RelativeError)
{
    /// <summary>The same bits.</summary>
    public static Tolerance Exact { get; } = new("exact", 0);

    /// <summary>Arithmetic in 32 bits with sums of up to some thousand terms: a few units of 6e-8, growing with the root of the terms.</summary>
    public static Tolerance Float32 { get; } = new("float32 accumulation", 1e-5);

    /// <summary>
    /// A gradient against central differences of a float64 reference: the 32-bit error and the differences' own, about h² and 1e-16/h.
    /// </summary>
    public static Tolerance Differences { get; } = new("central differences", 2e-5);

    /// <summary>
    /// For results in a 16-bit type of operations that compute in 32 bits: at most twice the error that storing the exact result in that
    /// type has.
    /// </summary>
    public static Tolerance Storage(ReadOnlySpan<double> expected, DType type)
    {
        var exact = expected.ToArray();
        var rounded = Numbers.Round(exact, type);
        var difference = Math.Sqrt(exact.Zip(rounded, (a, b) => (a - b) * (a - b)).Sum());
        var norm = Math.Sqrt(exact.Sum(value => value * value));
        return new Tolerance($"twice the rounding to {type}", 1e-5 + 2 * difference / Math.Max(norm, 1e-30));
    }

    /// <param name="actual">What the device computed.</param>
    /// <param name="expected">The reference.</param>
    /// <param name="what">For the message.</param>
    /// <param name="scale">
    /// A reference whose root mean square is below this is judged relative to it: for results that are small, or 0, because terms of this
    /// size cancel.
    /// </param>
    public void Check(ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, string what, double scale = 0)
    {
        Assert.That(actual.Length, Is.EqualTo(expected.Length), what);
        double difference = 0;
        double norm = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            norm += expected[i] * expected[i];
        }

        var error = Math.Sqrt(difference) / Math.Max(Math.Sqrt(norm), Math.Max(scale * Math.Sqrt(actual.Length), 1e-30));
        if (difference == 0)
            return;
        // Written so that NaN fails.
        if (!(error <= RelativeError))
            Assert.Fail($"{what}: relative error {error:E2} exceeds {RelativeError:E1} ({Name}); first values {Preview(actual, expected)}");
    }

    private static string Preview(ReadOnlySpan<float> actual, ReadOnlySpan<double> expected)
    {
        var shown = new List<string>();
        for (var i = 0; i < actual.Length && shown.Count < 6; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= 1e-5 * Math.Abs(expected[i])))
                shown.Add($"[{i}] {actual[i]:G6} instead of {expected[i]:G6}");
        }

        return string.Join(", ", shown);
    }
}
