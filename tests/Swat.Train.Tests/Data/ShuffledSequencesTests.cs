using Swat.Train.Data;

namespace Swat.Train.Tests.Data;

public class ShuffledSequencesTests
{
    [Test]
    public void Targets_are_the_tokens_after_the_inputs()
    {
        var order = new ShuffledSequences(Tokens.Counting(500), 16, seed: 3);
        var batch = new Batch(1, 16);
        for (var position = 0; position < 80; position++)
        {
            order.Fill(batch, 0, position);
            Assert.That(batch.Targets, Is.EqualTo(batch.Inputs.Select(token => token + 1)));
        }
    }

    [TestCase(500, 16)]
    [TestCase(17, 16)]
    [TestCase(31, 16)]
    [TestCase(32, 16)]
    [TestCase(33, 16)]
    [TestCase(1000, 1)]
    public void An_epoch_visits_each_of_its_sequences_once(int tokens, int length)
    {
        var order = new ShuffledSequences(Tokens.Counting(tokens), length, seed: 5);
        for (var epoch = 0; epoch < 5; epoch++)
        {
            var starts = Draw(order, epoch * order.SequencesPerEpoch, (int)order.SequencesPerEpoch).Order().ToArray();
            Assert.That(starts[0], Is.InRange(0, length - 1));
            Assert.That(starts.Select(start => start - starts[0]), Is.EqualTo(Enumerable.Range(0, starts.Length).Select(i => i * length)));
        }
    }

    [Test]
    public void The_same_seed_draws_the_same_sequences_and_another_seed_draws_others()
    {
        var source = Tokens.Counting(5000);
        var first = Draw(new(source, 32, seed: 1), 0, 400);
        Assert.That(Draw(new(source, 32, seed: 1), 0, 400), Is.EqualTo(first));
        Assert.That(Draw(new(source, 32, seed: 2), 0, 400), Is.Not.EqualTo(first));
    }

    [Test]
    public void Epochs_differ_in_order()
    {
        var order = new ShuffledSequences(Tokens.Counting(5000), 32, seed: 1);
        var perEpoch = (int)order.SequencesPerEpoch;
        var first = Draw(order, 0, perEpoch).Select(start => start / 32);
        var second = Draw(order, perEpoch, perEpoch).Select(start => start / 32);
        Assert.That(second, Is.Not.EqualTo(first));
    }

    [Test]
    public void A_source_shorter_than_a_sequence_is_refused() =>
        Assert.That(() => new ShuffledSequences(Tokens.Counting(16), 16, seed: 1), Throws.ArgumentException);

    private static int[] Draw(ShuffledSequences order, long first, int count)
    {
        var batch = new Batch(1, order.Length);
        var starts = new int[count];
        for (var i = 0; i < count; i++)
        {
            order.Fill(batch, 0, first + i);
            starts[i] = batch.Inputs[0];
        }

        return starts;
    }
}
