using Swat.Train.Data;

namespace Swat.Train.Tests.Data;

public class ValidationSetTests
{
    [Test]
    public void Sequences_are_spread_evenly_and_the_last_batch_is_shorter()
    {
        var set = new ValidationSet(Tokens.Counting(1001), 10, tokens: 50);
        var batches = set.Batches(2).ToArray();
        Assert.That(batches.Select(batch => batch.Sequences), Is.EqualTo(new[] { 2, 2, 1 }));
        var starts = batches.SelectMany(batch => batch.Inputs.Where((_, i) => i % 10 == 0));
        Assert.That(starts, Is.EqualTo(new[] { 0, 200, 400, 600, 800 }));
    }

    [Test]
    public void More_tokens_than_there_are_means_all_of_them_once()
    {
        var set = new ValidationSet(Tokens.Counting(106), 10, tokens: 1_000_000);
        Assert.That(set.Tokens, Is.EqualTo(100));
        Assert.That(set.Batches(3).SelectMany(batch => batch.Targets), Is.EqualTo(Enumerable.Range(1, 100)));
    }
}
