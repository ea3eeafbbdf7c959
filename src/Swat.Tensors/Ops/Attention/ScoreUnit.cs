using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention;

/// <summary>
/// The units in which scores are computed, so that one multiplication does: halves for the sigmoid, which is tanh(x / 2) / 2 + 1/2, and
/// multiples of log2 e for softmax, which takes powers of two.
/// </summary>
internal static class ScoreUnit
{
    /// <summary>Below every score and finite, so that the difference of two maxima is a number.</summary>
    public const float Lowest = -1e30f;

    public const float Log2E = 1.44269504f;
    public const float Ln2 = 0.69314718f;

    public static float Of<TSoftmax>()
        where TSoftmax : struct, IFlag => TSoftmax.Value ? Log2E : 0.5f;

    /// <summary>
    /// Derivatives of the sigmoid are kept as dP·(1 - tanh²), which is 4·dP·P·(1 - P); this factor belongs to their sums.
    /// </summary>
    public static float DerivativesPerUnit<TSoftmax>()
        where TSoftmax : struct, IFlag => TSoftmax.Value ? 1 : 0.25f;
}
