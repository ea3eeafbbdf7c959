using Swat.Model.Tokenizers.Bpe;

namespace Swat.Model.Tests.Tokenizers;

public class BpeMergerTests
{
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Short_and_long_words_merge_as_the_plain_algorithm_does(int seed)
    {
        var random = new Random(seed);
        var pairs = RandomMerges(random);
        var merger = new BpeMerger(new BpeMerges(pairs));
        foreach (int length in (int[])[1, 2, 7, 48, 49, 300])
        {
            int[] word = [.. Enumerable.Range(0, length).Select(_ => random.Next(4))];
            var expected = Reference(word, pairs);
            int count = merger.Merge(word);
            Assert.That(word[..count], Is.EqualTo(expected), $"length {length}");
        }
    }

    [Test]
    public void Of_equal_pairs_the_last_counts()
    {
        var merges = new BpeMerges([(1, 2, 0, 3), (1, 2, 5, 4)]);
        Assert.That(merges.Lookup(1, 2), Is.EqualTo((5, 4)));
        Assert.That(merges.Lookup(2, 1).Rank, Is.EqualTo(BpeMerges.None));
    }

    /// <summary>Four letters and up to forty merges of what there is so far; some share a rank, as SentencePiece's may.</summary>
    private static List<(int Left, int Right, int Rank, int Merged)> RandomMerges(Random random)
    {
        var pairs = new Dictionary<(int, int), (int, int, int, int)>();
        int symbols = 4;
        for (int i = 0; i < 40; i++)
        {
            var pair = (random.Next(symbols), random.Next(symbols));
            if (pairs.TryAdd(pair, (pair.Item1, pair.Item2, random.Next(30), symbols)))
                symbols++;
        }

        return [.. pairs.Values];
    }

    private static List<int> Reference(int[] word, List<(int Left, int Right, int Rank, int Merged)> pairs)
    {
        var symbols = word.ToList();
        while (true)
        {
            int best = -1;
            var bestPair = default((int Left, int Right, int Rank, int Merged));
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                foreach (var pair in pairs)
                {
                    if (pair.Left == symbols[i] && pair.Right == symbols[i + 1] && (best < 0 || pair.Rank < bestPair.Rank))
                        (best, bestPair) = (i, pair);
                }
            }

            if (best < 0)
                return symbols;
            symbols[best] = bestPair.Merged;
            symbols.RemoveAt(best + 1);
        }
    }
}
