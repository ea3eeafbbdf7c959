namespace Swat.Train.Verification;

/// <summary>How far a result may lie from the float64 answer, as ‖x - reference‖ / ‖reference‖.</summary>
/// <param name="Name">What the policy is called in the output.</param>
/// <param name="Relative">Largest relative error allowed.</param>
public sealed record Tolerance(string Name, double Relative)
{
    /// <summary>
    /// Sums of some hundreds of float32 products, a few layers deep: rounding alone gives some 1e-6, and a wrong factor, sign or
    /// window at least 1e-3.
    /// </summary>
    public static Tolerance Float32 { get; } = new("f32", 1e-5);

    /// <summary>
    /// The loss of each step of a float32 training run beside the float64 one: rounding feeds back through the weights, and plain
    /// float32 reaches 3e-6 after 40 steps.
    /// </summary>
    public static Tolerance Float32Training { get; } = new("f32 training", 2e-5);

    /// <summary>Token ids and text, which are equal or wrong.</summary>
    public static Tolerance Exact { get; } = new("exact", 0);
}
