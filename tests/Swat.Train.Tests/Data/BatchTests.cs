using Swat.Train.Data;

namespace Swat.Train.Tests.Data;

public class BatchTests
{
    [TestCase(0, 0, 7)]
    [TestCase(1, 6)]
    [TestCase(7, 0)]
    [TestCase(8)]
    [TestCase(90)]
    public void The_documents_that_begin_inside_a_row_are_kept(long position, params int[] starts)
    {
        var batch = new Batch(2, 10, separatesDocuments: true);
        var source = Tokens.Counting(200, 0, 7, 30);
        batch.Fill(1, source, position);
        batch.Fill(0, source, 28);
        Assert.That(batch.DocumentOffsets(), Is.EqualTo((int[])[0, 2, 10, .. starts.Where(start => start > 0).Select(start => start + 10), 20]));
    }

    [Test]
    public void A_batch_that_does_not_separate_documents_has_no_offsets() => Assert.That(new Batch(1, 4).DocumentOffsets(), Is.Null);
}
