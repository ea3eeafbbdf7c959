using Swat.Tensors.Numerics;

namespace Swat.Model.Generation;

/// <summary>Draws the tokens of one text from a model's logits.</summary>
/// <param name="options">Valid options.</param>
/// <param name="sequence">The text's number: texts of one seed draw independently.</param>
public sealed class TokenSampler(GenerationOptions options, int sequence = 0)
{
    /// <summary>Candidates are sorted by halvings of their probability first, so that few need comparing.</summary>
    private const int Buckets = 256;

    private readonly Queue<int> _recent = [];
    private readonly Dictionary<int, int> _recentCounts = [];
    private readonly List<(double Weight, int Id)> _candidates = [];
    private readonly int[] _bucketCounts = new int[Buckets];
    private readonly double[] _bucketWeights = new double[Buckets];
    private double[] _scores = [];
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
        int best = Likeliest(logits.Length);
        if (options.Temperature == 0)
            return best;
        double largest = _scores[best];
        for (int id = 0; id < logits.Length; id++)
            _scores[id] = double.IsFinite(_scores[id]) ? (_scores[id] - largest) / options.Temperature : double.NegativeInfinity;
        CollectCandidates(logits.Length);
        return Pick();
    }

    private void Penalize(ReadOnlySpan<float> logits)
    {
        if (_scores.Length < logits.Length)
            _scores = new double[logits.Length];
        for (int id = 0; id < logits.Length; id++)
            _scores[id] = logits[id];
        foreach (int id in _recentCounts.Keys)
        {
            if (id < logits.Length)
                _scores[id] = _scores[id] > 0 ? _scores[id] / options.RepetitionPenalty : _scores[id] * options.RepetitionPenalty;
        }
    }

    private int Likeliest(int count)
    {
        int best = -1;
        for (int id = 0; id < count; id++)
        {
            if (double.IsFinite(_scores[id]) && (best < 0 || _scores[id] > _scores[best]))
                best = id;
        }

        return best >= 0 ? best : throw new ModelFormatException("logits", "none is a finite number: the model's weights are damaged or its training diverged");
    }

    /// <summary>Fills the candidates with every token that top-k, top-p and min-p leave, the likeliest first where their order matters.</summary>
    private void CollectCandidates(int count)
    {
        _candidates.Clear();
        bool needsOrder = options.TopK > 0 || options.TopP < 1;
        int last = needsOrder ? LastBucket(count) : Buckets;
        double least = needsOrder ? 0 : options.MinP;
        for (int id = 0; id < count; id++)
        {
            if (_scores[id] == double.NegativeInfinity || Bucket(_scores[id]) > last)
                continue;
            double weight = Math.Exp(_scores[id]);
            if (weight >= least)
                _candidates.Add((weight, id));
        }

        if (!needsOrder)
            return;
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
    private int LastBucket(int count)
    {
        Array.Clear(_bucketCounts);
        Array.Clear(_bucketWeights);
        for (int id = 0; id < count; id++)
        {
            if (_scores[id] == double.NegativeInfinity)
                continue;
            int bucket = Bucket(_scores[id]);
            _bucketCounts[bucket]++;
            _bucketWeights[bucket] += Math.Exp(_scores[id]);
        }

        double needed = options.TopP * _bucketWeights.Sum();
        long tokens = 0;
        double weight = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            tokens += _bucketCounts[bucket];
            weight += _bucketWeights[bucket];
            if (options.TopK > 0 ? tokens >= options.TopK : weight >= needed)
                return bucket;
        }

        return Buckets;
    }

    private static int Bucket(double score) => (int)Math.Min(Buckets - 1, score * (-1 / Math.Log(2)));

    private int Pick()
    {
        double total = 0;
        foreach (var candidate in _candidates)
            total += candidate.Weight;
        var (high, low, _, _) = Philox.Block(options.Seed, (ulong)sequence, _draws++);
        double left = (((ulong)high << 32 | low) >> 11) * (1.0 / (1UL << 53)) * total;
        foreach (var candidate in _candidates)
        {
            left -= candidate.Weight;
            if (left < 0)
                return candidate.Id;
        }

        return _candidates[^1].Id;
    }
}
