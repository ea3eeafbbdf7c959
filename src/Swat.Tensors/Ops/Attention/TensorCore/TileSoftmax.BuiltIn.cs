using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>Softmax over keys that come a step at a time, on a warp's tiles of scores; see <see cref="TensorCoreForward"/>.</summary>
internal static class TileSoftmax
{
    /// <summary>Weights stay below two to this power.</summary>
    private const float LargestExponent = 8;

    /// <summary>
    /// Turns scores into exponentials relative to the queries' maxima. A maximum is replaced, and what was summed before scaled to it, when
    /// one is exceeded by so much that exponentials could grow large: seldom.
    /// </summary>
    /// <param name="products">[TTiles][TStep/8][4].</param>
    /// <param name="results">[TTiles][THead/8][4]; THead need not be all of the output's columns.</param>
    /// <param name="maxima">[TTiles][2].</param>
    /// <param name="sums">As maxima; of this work item's columns.</param>
    /// <param name="factor">Of the products, to base 2.</param>
    public static void Exponentiate<THead, TTiles, TStep>(
        ArrayView<float> products,
        ArrayView<float> results,
        ArrayView<float> maxima,
        ArrayView<float> sums,
        float factor)
        where THead : struct, IConstant
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
    {
        var largest = LocalMemory.Allocate<float>(TTiles.Value * 2);
        var isExceeded = false;
        for (var i = 0; i < TTiles.Value * 2; i++)
        {
            var first = i / 2 * (TStep.Value / 8) * 4 + i % 2 * 2;
            var max = maxima[i];
            for (var n = 0; n < TStep.Value / 8; n++)
                max = XMath.Max(max, XMath.Max(products[first + 4 * n], products[first + 4 * n + 1]));
            max = XMath.Max(max, Warp.ShuffleXor(max, 1));
            max = XMath.Max(max, Warp.ShuffleXor(max, 2));
            largest[i] = max;
            isExceeded |= (max - maxima[i]) * factor > LargestExponent;
        }

        if (Warp.Any(isExceeded))
        {
            for (var i = 0; i < TTiles.Value * 2; i++)
            {
                var rescale = XMath.Exp2((maxima[i] - largest[i]) * factor);
                maxima[i] = largest[i];
                sums[i] *= rescale;
                for (var n = 0; n < THead.Value / 8; n++)
                {
                    for (var e = 0; e < 2; e++)
                        results[(i / 2 * (THead.Value / 8) + n) * 4 + i % 2 * 2 + e] *= rescale;
                }
            }
        }

        for (var i = 0; i < TTiles.Value * 2; i++)
        {
            var first = i / 2 * (TStep.Value / 8) * 4 + i % 2 * 2;
            var offset = maxima[i] * factor;
            for (var n = 0; n < TStep.Value / 8; n++)
            {
                for (var e = 0; e < 2; e++)
                {
                    var weight = XMath.Exp2(products[first + 4 * n + e] * factor - offset);
                    products[first + 4 * n + e] = weight;
                    sums[i] += weight;
                }
            }
        }
    }

    /// <summary>Divides the output by the sum of its weights and stores the logarithm of that sum.</summary>
    /// <param name="results">[TTiles][THead/8][4].</param>
    /// <param name="maxima">[TTiles][2].</param>
    /// <param name="sums">As maxima.</param>
    /// <param name="scale">Factor of the products.</param>
    /// <param name="logSums">[batch, heads, length].</param>
    /// <param name="rowStart">Where the warp's first row is among them.</param>
    /// <param name="rows">How many rows there are from the warp's first on; none are written if negative.</param>
    public static void Normalise<THead, TTiles>(
        ArrayView<float> results,
        ArrayView<float> maxima,
        ArrayView<float> sums,
        float scale,
        ArrayView<float> logSums,
        long rowStart,
        int rows)
        where THead : struct, IConstant
        where TTiles : struct, IConstant
    {
        for (var t = 0; t < TTiles.Value; t++)
        {
            for (var h = 0; h < 2; h++)
            {
                var sum = sums[2 * t + h];
                sum += Warp.ShuffleXor(sum, 1);
                sum += Warp.ShuffleXor(sum, 2);
                var row = Warp.LaneIdx / 4 + 16 * t + 8 * h;
                if (Warp.LaneIdx % 4 == 0 & row < rows)
                    logSums[rowStart + row] = maxima[2 * t + h] * scale + MathF.Log(sum);
                for (var n = 0; n < THead.Value / 8; n++)
                {
                    for (var e = 0; e < 2; e++)
                        results[(t * (THead.Value / 8) + n) * 4 + 2 * h + e] *= 1 / sum;
                }
            }
        }
    }
}
