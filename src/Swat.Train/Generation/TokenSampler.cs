using Swat.Train.Data;

namespace Swat.Train.Generation;

/// <summary>Draws the next token from a model's logits. The n-th draw depends on the seed, n and the logits alone.</summary>
/// <param name="temperature">Divides the logits; 0 takes the likeliest token.</param>
/// <param name="topK">Draws from this many of the likeliest tokens; 0 from all.</param>
/// <param name="seed">Of the draws.</param>
public sealed class TokenSampler(double temperature, int topK, long seed)
{
    private ulong draws;

    /// <summary>An index into <paramref name="logits"/>. Of equal logits, the one with the smaller index counts as likelier.</summary>
    /// <exception cref="InvalidDataException">No logit is a finite number.</exception>
    public int Draw(ReadOnlySpan<float> logits)
    {
        var best = IndexOfLargest(logits);
        if (temperature == 0)
            return best;
        var candidates = Candidates(logits);
        var weights = new double[candidates.Length];
        double total = 0;
        for (var i = 0; i < candidates.Length; i++)
        {
            var logit = logits[candidates[i]];
            weights[i] = float.IsFinite(logit) ? Math.Exp((logit - (double)logits[best]) / temperature) : 0;
            total += weights[i];
        }

        var left = Uniform() * total;
        for (var i = 0; i < candidates.Length; i++)
        {
            left -= weights[i];
            if (left < 0)
                return candidates[i];
        }

        return best;
    }

    private static int IndexOfLargest(ReadOnlySpan<float> logits)
    {
        var best = -1;
        for (var i = 0; i < logits.Length; i++)
        {
            if (float.IsFinite(logits[i]) && (best < 0 || logits[i] > logits[best]))
                best = i;
        }

        return best >= 0 ? best : throw new InvalidDataException("The model's logits are not finite: its weights are damaged, or training diverged.");
    }

    private int[] Candidates(ReadOnlySpan<float> logits)
    {
        var indices = Enumerable.Range(0, logits.Length).ToArray();
        if (topK == 0 || topK >= logits.Length)
            return indices;
        var keys = logits.ToArray();
        Array.Sort(indices, (left, right) => keys[left] != keys[right] ? keys[right].CompareTo(keys[left]) : left.CompareTo(right));
        return indices[..topK];
    }

    private double Uniform() => (Mixer.Combine((ulong)seed, draws++) >> 11) * (1.0 / (1UL << 53));
}
