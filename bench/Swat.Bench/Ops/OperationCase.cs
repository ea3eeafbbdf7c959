namespace Swat.Bench.Ops;

/// <summary>An operation to time.</summary>
/// <param name="Name">Operation, direction and shape.</param>
/// <param name="Bytes">The fewest bytes it must move: each input read once, each output written once.</param>
/// <param name="Work">Enqueues one run.</param>
/// <param name="Sample">Some of its results, and what they should be.</param>
internal sealed record OperationCase(string Name, double Bytes, Action Work, Func<(float[] Actual, float[] Expected)> Sample)
{
    /// <summary>Two roundings to bfloat16, as ‖x - reference‖/‖reference‖.</summary>
    private const double Tolerance = 5e-3;

    /// <exception cref="InvalidOperationException">The results are not what they should be.</exception>
    public void Check()
    {
        var (actual, expected) = Sample();
        var difference = Math.Sqrt(actual.Zip(expected, (a, b) => (double)(a - b) * (a - b)).Sum());
        var error = difference / Math.Sqrt(expected.Sum(value => (double)value * value));
        if (actual.Length != expected.Length || !(error <= Tolerance))
            throw new InvalidOperationException($"{Name}: the result is off by {error:G3}, more than {Tolerance}");
    }
}
