namespace Swat.Train.Data;

/// <summary>
/// Sequences of several sources in given proportions. Every block of <see cref="BlockLength"/> sequences holds the same number of each
/// source, shuffled by the seed and the block's number; each source goes through its own epochs.
/// </summary>
public sealed class WeightedSequences : ISequenceOrder
{
    /// <summary>Sequences in a block: proportions are kept to 1/1024.</summary>
    public const int BlockLength = 1024;

    private readonly IReadOnlyList<ISequenceOrder> orders;
    private readonly int[] firstPlaces;
    private readonly ulong seed;

    /// <param name="sources">The sources' own orders, of one length.</param>
    /// <param name="weights">As many positive numbers; each source gets its part of their sum, and at least one place in a block.</param>
    /// <param name="seed">Decides the order within a block.</param>
    /// <exception cref="ArgumentException">Not one positive weight for each source, or more sources than places.</exception>
    public WeightedSequences(IReadOnlyList<ISequenceOrder> sources, IReadOnlyList<double> weights, long seed)
    {
        if (sources.Count == 0 || sources.Count > BlockLength || sources.Count != weights.Count)
            throw new ArgumentException($"{weights.Count} weights for {sources.Count} sources.", nameof(weights));
        if (weights.Any(weight => !(weight > 0 && double.IsFinite(weight))))
            throw new ArgumentException("A weight is not a positive number.", nameof(weights));
        orders = sources;
        this.seed = (ulong)seed;
        firstPlaces = new int[sources.Count + 1];
        var places = Places(weights);
        for (var i = 0; i < places.Length; i++)
            firstPlaces[i + 1] = firstPlaces[i] + places[i];
    }

    /// <inheritdoc/>
    public int Length => orders[0].Length;

    /// <inheritdoc/>
    public void Fill(Batch batch, int row, long position)
    {
        var (block, index) = Math.DivRem(position, BlockLength);
        var place = (int)Permutation.Map((ulong)index, BlockLength, Mixer.Combine(seed, (ulong)block));
        var source = Array.BinarySearch(firstPlaces, place);
        source = source >= 0 ? source : ~source - 1;
        var places = firstPlaces[source + 1] - firstPlaces[source];
        orders[source].Fill(batch, row, block * places + place - firstPlaces[source]);
    }

    /// <summary>Places of each source in a block, by the largest remainder (Hamilton's method) beyond one for each.</summary>
    private static int[] Places(IReadOnlyList<double> weights)
    {
        var total = weights.Sum();
        var shares = weights.Select(weight => Math.Max(1, weight / total * BlockLength)).ToArray();
        var excess = BlockLength / shares.Sum();
        var exact = shares.Select(share => Math.Max(1, share * excess)).ToArray();
        var places = exact.Select(share => (int)share).ToArray();
        var byRemainder = Enumerable.Range(0, places.Length).OrderByDescending(i => exact[i] - places[i]).ToArray();
        for (var i = 0; places.Sum() < BlockLength; i++)
            places[byRemainder[i % places.Length]]++;
        while (places.Sum() > BlockLength)
            places[Array.IndexOf(places, places.Max())]--;
        return places;
    }
}
