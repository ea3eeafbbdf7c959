using Swat.Train.Data;

namespace Swat.Train.Tests.Data;

public class BatchLoaderTests
{
    private static readonly ShuffledSequences Order = new(Tokens.Counting(5000), 32, seed: 9);

    [Test]
    public void Steps_follow_one_another_in_the_order_of_the_sequences()
    {
        using var loader = new BatchLoader(Order, sequences: 2, batchesPerStep: 3, position: 0);
        var drawn = Enumerable.Range(0, 40).SelectMany(_ => Rows(loader.Next())).ToArray();
        Assert.That(drawn, Is.EqualTo(Enumerable.Range(0, 240).Select(FirstToken)));
        Assert.That(loader.Position, Is.EqualTo(240));
    }

    [Test]
    public void A_restored_position_continues_the_same_sequences_whatever_the_batch()
    {
        using var loader = new BatchLoader(Order, sequences: 5, batchesPerStep: 1, position: 217);
        Assert.That(Rows(loader.Next()), Is.EqualTo(Enumerable.Range(217, 5).Select(FirstToken)));
        Assert.That(loader.Position, Is.EqualTo(222));
    }

    [Test]
    public void What_a_consumer_holds_does_not_change_while_more_is_drawn()
    {
        using var loader = new BatchLoader(Order, sequences: 2, batchesPerStep: 1, position: 0);
        for (var step = 0; step < 20; step++)
        {
            var batches = loader.Next();
            var before = batches[0].Inputs.ToArray();
            Thread.Sleep(1);
            Assert.That(batches[0].Inputs, Is.EqualTo(before));
        }
    }

    [Test]
    public void A_source_that_cannot_be_read_fails_the_step_that_needs_it()
    {
        using var loader = new BatchLoader(new Failing(), sequences: 1, batchesPerStep: 1, position: 0);
        Assert.That(loader.Next, Throws.TypeOf<IOException>());
    }

    private static int FirstToken(int position)
    {
        var batch = new Batch(1, Order.Length);
        Order.Fill(batch, 0, position);
        return batch.Inputs[0];
    }

    private static IEnumerable<int> Rows(IReadOnlyList<Batch> batches) =>
        batches.SelectMany(batch => Enumerable.Range(0, batch.Sequences).Select(row => batch.Inputs[row * batch.Length])).ToArray();

    private sealed class Failing : ISequenceOrder
    {
        public int Length => 4;

        public void Fill(Batch batch, int row, long position) => throw new IOException("the disk is gone");
    }
}
