using System.Numerics;
using Swat.Tensors.Numerics;

namespace Swat.Model.Generation;

/// <summary>Draws the tokens of one text from a model's logits.</summary>
/// <param name="options">Valid options.</param>
/// <param name="sequence">The text's number: texts of one seed draw independently.</param>
public sealed class TokenSampler(GenerationOptions options, int sequence = 0)
{
    /// <summary>Candidates are sorted by the exponent of their weight first, so that few need comparing.</summary>
    private const int Buckets = 128;

    /// <summary>Below it the likeliest token is certain, and 1/temperature no float.</summary>
    private const double SmallestTemperature = 1e-30;

    private const int OneExponent = 127;
    private const int MantissaBits = 23;

    private readonly Queue<int> _recent = [];
    private readonly Dictionary<int, int> _recentCounts = [];
    private readonly List<(float Weight, int Id)> _candidates = [];
    private readonly int[] _bucketCounts = new int[Buckets];
    private readonly double[] _bucketWeights = new double[Buckets];
    private float[] _scores = [];
    private ulong _draws;

    /// <summary>Tells a token of the text, the prompt's or a drawn one, for the repetition penalty.</summary>
    public void Observe(int id)
    {
        if (options.RepetitionPenalty == 1 || options.RepetitionWindow == 0)
            return;
        _recent.Enqueue(id);
        _recentCounts[id] = _recentCounts.GetValueOrDefault(id) + 1;
        if (_recent.Count <= options.RepetitionWindow)
            return;
        int oldest = _recent.Dequeue();
        if (--_recentCounts[oldest] == 0)
            _recentCounts.Remove(oldest);
    }

    /// <summary>The next token: penalty, temperature, top-k, top-p and min-p in this order, then one draw. Of equal logits the smaller id counts as likelier.</summary>
    /// <param name="logits">One for each token that may be drawn; those that are not finite are never drawn.</param>
    /// <exception cref="ModelFormatException">No logit is finite.</exception>
    public int Draw(ReadOnlySpan<float> logits)
    {
        Penalize(logits);
        var scores = _scores.AsSpan(0, logits.Length);
        int best = Likeliest(scores);
        if (options.Temperature < SmallestTemperature)
            return best;
        Weigh(scores, scores[best]);
        double draw = Uniform();
        if (options.TopK == 0 && options.TopP == 1)
            return PickAmongAll(scores, (float)options.MinP, draw) ?? best;
        CollectCandidates(scores);
        return Pick(draw);
    }

    private void Penalize(ReadOnlySpan<float> logits)
    {
        if (_scores.Length < logits.Length)
            _scores = new float[logits.Length];
        logits.CopyTo(_scores);
        foreach (int id in _recentCounts.Keys)
        {
            if (id < logits.Length)
                _scores[id] = (float)(_scores[id] > 0 ? _scores[id] / options.RepetitionPenalty : _scores[id] * options.RepetitionPenalty);
        }
    }

    private static int Likeliest(ReadOnlySpan<float> scores)
    {
        int best = -1;
        float largest = float.NegativeInfinity;
        for (int id = 0; id < scores.Length; id++)
        {
            if (scores[id] > largest && scores[id] < float.PositiveInfinity)
                (best, largest) = (id, scores[id]);
        }

        return best >= 0 ? best : throw new ModelFormatException("logits", "none is a finite number: the model's weights are damaged or its training diverged");
    }

    /// <summary>Turns scores into weights: exp((score - largest)/temperature), which rounding can lift above 1 by a little. What is not finite gets no weight.</summary>
    private void Weigh(Span<float> scores, float largest)
    {
        float factor = (float)(1 / options.Temperature);
        var shift = new Vector<float>(largest);
        var scale = new Vector<float>(factor);
        int id = 0;
        for (; id <= scores.Length - Vector<float>.Count; id += Vector<float>.Count)
        {
            var part = scores[id..];
            Vector.Exp((new Vector<float>(part) - shift) * scale).CopyTo(part);
        }

        for (; id < scores.Length; id++)
            scores[id] = MathF.Exp((scores[id] - largest) * factor);
    }

    private static bool IsDrawable(float weight) => weight is > 0 and < 2;

    private static int? PickAmongAll(ReadOnlySpan<float> weights, float least, double draw)
    {
        double total = 0;
        foreach (float weight in weights)
        {
            if (IsDrawable(weight) && weight >= least)
                total += weight;
        }

        double left = draw * total;
        int? last = null;
        for (int id = 0; id < weights.Length; id++)
        {
            if (!IsDrawable(weights[id]) || weights[id] < least)
                continue;
            last = id;
            left -= weights[id];
            if (left < 0)
                break;
        }

        return last;
    }

    /// <summary>Fills the candidates with every token that top-k, top-p and min-p leave, the likeliest first.</summary>
    private void CollectCandidates(ReadOnlySpan<float> weights)
    {
        _candidates.Clear();
        int last = LastBucket(weights);
        for (int id = 0; id < weights.Length; id++)
        {
            if (IsDrawable(weights[id]) && Bucket(weights[id]) <= last)
                _candidates.Add((weights[id], id));
        }

        _candidates.Sort(static (left, right) => left.Weight != right.Weight ? right.Weight.CompareTo(left.Weight) : left.Id.CompareTo(right.Id));
        int kept = options.TopK > 0 ? Math.Min(options.TopK, _candidates.Count) : _candidates.Count;
        kept = KeepTopP(kept);
        while (kept > 1 && _candidates[kept - 1].Weight < options.MinP)
            kept--;
        _candidates.RemoveRange(kept, _candidates.Count - kept);
    }

    private int KeepTopP(int count)
    {
        if (options.TopP == 1)
            return count;
        double total = options.TopK > 0 ? 0 : _bucketWeights.Sum();
        for (int i = 0; i < count && options.TopK > 0; i++)
            total += _candidates[i].Weight;
        double sum = 0;
        int kept = 0;
        while (kept < count && sum < options.TopP * total)
            sum += _candidates[kept++].Weight;
        return kept;
    }

    /// <summary>The bucket of the least likely token that can be drawn: the buckets up to it hold top-k tokens or top-p of the probability.</summary>
    private int LastBucket(ReadOnlySpan<float> weights)
    {
        Array.Clear(_bucketCounts);
        Array.Clear(_bucketWeights);
        foreach (float weight in weights)
        {
            if (!IsDrawable(weight))
                continue;
            int bucket = Bucket(weight);
            _bucketCounts[bucket]++;
            _bucketWeights[bucket] += weight;
        }

        double needed = options.TopP * _bucketWeights.Sum();
        long tokens = 0;
        double total = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            tokens += _bucketCounts[bucket];
            total += _bucketWeights[bucket];
            if (options.TopK > 0 ? tokens >= options.TopK : total >= needed)
                return bucket;
        }

        return Buckets;
    }

    /// <summary>0 for weights from 1 on, and one more for each halving.</summary>
    private static int Bucket(float weight) => Math.Min(Buckets - 1, OneExponent - (BitConverter.SingleToInt32Bits(weight) >> MantissaBits));

    private int Pick(double draw)
    {
        double left = draw * _candidates.Sum(candidate => (double)candidate.Weight);
        foreach (var candidate in _candidates)
        {
            left -= candidate.Weight;
            if (left < 0)
                return candidate.Id;
        }

        return _candidates[^1].Id;
    }

    /// <summary>The next number from 0 to 1, 1 excluded.</summary>
    private double Uniform()
    {
        var (high, low, _, _) = Philox.Block(options.Seed, (ulong)sequence, _draws++);
        return (((ulong)high << 32 | low) >> 11) * (1.0 / (1UL << 53));
    }
}
