using Swat.Train.Data;

namespace Swat.Train.Tests.Data;

public class PermutationTests
{
    [Test]
    public void Every_index_is_reached_once([Values(1, 2, 3, 4, 5, 63, 64, 65, 1000)] int count, [Values(0UL, 1UL, ulong.MaxValue)] ulong key)
    {
        var images = Enumerable.Range(0, count).Select(index => (int)Permutation.Map((ulong)index, (ulong)count, key));
        Assert.That(images.Order(), Is.EqualTo(Enumerable.Range(0, count)));
    }

    [Test]
    public void Neighbours_are_spread()
    {
        const int Count = 10_000;
        var images = Enumerable.Range(0, Count).Select(index => (double)Permutation.Map((ulong)index, Count, 42)).ToArray();
        var meanGap = images.Zip(images.Skip(1), (a, b) => Math.Abs(a - b)).Average();
        Assert.That(meanGap, Is.EqualTo(Count / 3.0).Within(Count * 0.02), "two independent uniform numbers lie a third of the range apart on average");
    }
}
