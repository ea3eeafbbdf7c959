using Swat.Train.Data;

namespace Swat.Train.Tests.Data;

public class WeightedSequencesTests
{
    private const int SourceTokens = 20_000;

    [TestCase(1, 1, 512, 512)]
    [TestCase(3, 1, 768, 256)]
    [TestCase(1, 2, 341, 683)]
    [TestCase(1, 1e9, 1, 1023)]
    public void Every_block_has_each_source_in_its_proportion(double first, double second, int firstPlaces, int secondPlaces)
    {
        var order = Create(first, second);
        for (var block = 0; block < 3; block++)
        {
            var sources = Draw(order, block * WeightedSequences.BlockLength, WeightedSequences.BlockLength).Select(token => token / SourceTokens).ToArray();
            Assert.That(sources.Count(source => source == 0), Is.EqualTo(firstPlaces));
            Assert.That(sources.Count(source => source == 1), Is.EqualTo(secondPlaces));
        }
    }

    [Test]
    public void Each_source_goes_through_its_own_epochs_without_a_gap()
    {
        var order = Create(3, 1);
        var ofFirst = Draw(order, 0, 4 * WeightedSequences.BlockLength).Where(token => token < SourceTokens).Order().ToArray();
        Assert.That(ofFirst, Is.EqualTo(Draw(Source(0), 0, ofFirst.Length).Order()));
    }

    [Test]
    public void The_seed_decides_the_order()
    {
        Assert.That(Draw(Create(1, 1), 0, 100), Is.EqualTo(Draw(Create(1, 1), 0, 100)));
        Assert.That(Draw(Create(1, 1), 0, 100), Is.Not.EqualTo(Draw(Create(1, 1, seed: 2), 0, 100)));
    }

    [Test]
    public void Weights_that_make_no_sense_are_refused()
    {
        Assert.That(() => Create(0, 1), Throws.ArgumentException);
        Assert.That(() => Create(double.NaN, 1), Throws.ArgumentException);
        Assert.That(() => new WeightedSequences([Source(0)], [1, 2], 1), Throws.ArgumentException);
    }

    private static WeightedSequences Create(double first, double second, long seed = 1) => new([Source(0), Source(1)], [first, second], seed);

    private static ShuffledSequences Source(int number) => new(
        new TokenList<int>(Enumerable.Range(number * SourceTokens, SourceTokens).ToArray(), [0]), 8, seed: 4);

    private static int[] Draw(ISequenceOrder order, long first, int count)
    {
        var batch = new Batch(1, order.Length);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            order.Fill(batch, 0, first + i);
            return batch.Inputs[0];
        })];
    }
}
