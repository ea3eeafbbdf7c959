using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Language;

[TestFixtureSource(typeof(LanguageDevices), nameof(LanguageDevices.All))]
public class AtomicTests(TestDevice device) : LanguageFixture(device)
{
    private const int Count = 1000;

    [Test]
    public void Ints_are_combined()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Ints);
        using var data = Accelerator.Allocate1D(new[] { 5, 0, 0, -1, 0, 0, 7 });
        kernel(Count, data.View);
        var numbers = Enumerable.Range(0, Count).Select(i => i * 7919 % 2003 - 1000).ToList();
        var wanted = new[]
        {
            5 + numbers.Sum(), numbers.Max(), numbers.Min(), numbers.Aggregate(-1, (a, b) => a & (b | 0xff0)), numbers.Aggregate(0, (a, b) => a | b),
            numbers.Aggregate(0, (a, b) => a ^ b),
        };
        Assert.That(data.GetAsArray1D()[..6], Is.EqualTo(wanted));
        Assert.That(data.GetAsArray1D()[6], Is.InRange(0, Count - 1));
    }

    [Test]
    public void Uints_compare_without_sign()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<uint>>(UInts);
        using var data = Accelerator.Allocate1D(new[] { 0u, uint.MaxValue, 0u });
        kernel(Count, data.View);
        var numbers = Enumerable.Range(0, Count).Select(i => (uint)i * 2654435761u).ToList();
        Assert.That(data.GetAsArray1D(), Is.EqualTo(new[] { numbers.Max(), numbers.Min(), numbers.Aggregate(0u, (a, b) => a + b) }));
    }

    [Test]
    public void Longs_are_combined()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<long>, ArrayView<ulong>>(Longs);
        using var data = Accelerator.Allocate1D(new[] { 0L, 0L, 0L, -1L, 0L, 0L });
        using var unsigned = Accelerator.Allocate1D(new[] { 0UL, ulong.MaxValue });
        kernel(Count, data.View, unsigned.View);
        var numbers = Enumerable.Range(0, Count).Select(i => (i * 7919 % 2003 - 1000) * 10000000000L).ToList();
        var wanted = new[]
        {
            numbers.Sum(), numbers.Max(), numbers.Min(), numbers.Aggregate(-1L, (a, b) => a & b), numbers.Aggregate(0L, (a, b) => a | b),
            numbers.Aggregate(0L, (a, b) => a ^ b),
        };
        Assert.That(data.GetAsArray1D(), Is.EqualTo(wanted));
        Assert.That(unsigned.GetAsArray1D(), Is.EqualTo(new[] { numbers.Max(n => (ulong)n), numbers.Min(n => (ulong)n) }));
    }

    [Test]
    public void Floats_are_combined()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<double>>(Floating);
        using var floats = Accelerator.Allocate1D(new[] { 1f, 0f, 0f });
        using var doubles = Accelerator.Allocate1D(new[] { 1.0, 0.0, 0.0 });
        kernel(Count, floats.View, doubles.View);
        // Multiples of a power of two: sums are exact in any order.
        var numbers = Enumerable.Range(0, Count).Select(i => (i * 7919 % 2003 - 1000) * 0.25).ToList();
        Assert.That(floats.GetAsArray1D(), Is.EqualTo(new[] { 1 + (float)numbers.Sum(), (float)numbers.Max(), (float)numbers.Min() }));
        Assert.That(doubles.GetAsArray1D(), Is.EqualTo(new[] { 1 + numbers.Sum(), numbers.Max(), numbers.Min() }));
    }

    [Test]
    public void Old_values_number_the_work_items()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<int>>(Tickets);
        using var counter = Accelerator.Allocate1D(new[] { 0 });
        using var seen = Accelerator.Allocate1D<int>(Count);
        seen.MemSetToZero();
        kernel(Count, counter.View, seen.View);
        Assert.That(seen.GetAsArray1D(), Is.All.EqualTo(1));
    }

    [Test]
    public void Exchanged_values_are_neither_lost_nor_doubled()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(Exchanges);
        using var slot = Accelerator.Allocate1D(new[] { (float)Count });
        using var received = Accelerator.Allocate1D<float>(Count);
        kernel(Count, slot.View, received.View);
        var all = received.GetAsArray1D().Append(slot.GetAsArray1D()[0]).Order();
        Assert.That(all, Is.EqualTo(Enumerable.Range(0, Count + 1).Select(i => (float)i)));
    }

    [Test]
    public void Compare_and_exchange_makes_other_operations()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<double>>(Products);
        using var data = Accelerator.Allocate1D(new[] { 1 });
        using var wide = Accelerator.Allocate1D(new[] { 1.0 });
        kernel(20, data.View, wide.View);
        var wanted = Enumerable.Range(0, 20).Aggregate(1, (a, i) => unchecked(a * (2 * i + 3)));
        Assert.That(data.GetAsArray1D()[0], Is.EqualTo(wanted));
        Assert.That(wide.GetAsArray1D()[0], Is.EqualTo(Math.Pow(2, 20)));
    }

    [TestCase(64)]
    [TestCase(100)]
    public void Histograms_are_counted_in_shared_memory(int size)
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<byte>, ArrayView<int>>(Histogram);
        var values = Enumerable.Range(0, 5 * size).Select(i => (byte)(i * i % 251 % 16)).ToArray();
        using var input = Accelerator.Allocate1D(values);
        using var counts = Accelerator.Allocate1D(new int[16]);
        kernel((5, size), input.View, counts.View);
        Assert.That(counts.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 16).Select(b => values.Count(v => v == b))));
    }

    [Test]
    public void Shared_floats_are_added()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<float>>(SharedSum);
        using var sums = Accelerator.Allocate1D<float>(3);
        kernel((3, 70), sums.View);
        Assert.That(sums.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 3).Select(g => Enumerable.Range(g * 70, 70).Sum(i => i * 0.5f) + 69)));
    }

    [Test]
    public void Fences_order_a_value_before_its_flag()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>, ArrayView<int>>(LastGroup);
        using var partial = Accelerator.Allocate1D<int>(13);
        using var done = Accelerator.Allocate1D(new[] { 0 });
        using var total = Accelerator.Allocate1D(new[] { 0 });
        kernel((13, 32), partial.View, done.View, total.View);
        Assert.That(total.GetAsArray1D()[0], Is.EqualTo(Enumerable.Range(0, 13).Sum(g => g * g + 1)));
    }

    [Test]
    public void Fences_stand_between_accesses_at_every_level()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(WriteTwice);
        using var data = Accelerator.Allocate1D<int>(64);
        kernel((2, 32), data.View);
        Assert.That(data.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 64).Select(i => i * 4 + 3)));
    }

    private static void WriteTwice(ArrayView<int> data)
    {
        var i = Grid.GlobalIndex.X;
        data[i] = i;
        MemoryFence.GroupLevel();
        data[i] = 2 * data[i] + 1;
        MemoryFence.SystemLevel();
        data[i] = 2 * data[i] + 1;
    }

    private static void Ints(Index1D i, ArrayView<int> data)
    {
        var x = i * 7919 % 2003 - 1000;
        Atomic.Add(ref data[0], x);
        Atomic.Max(ref data[1], x);
        Atomic.Min(ref data[2], x);
        Atomic.And(ref data[3], x | 0xff0);
        Atomic.Or(ref data[4], x);
        Atomic.Xor(ref data[5], x);
        Atomic.Exchange(ref data[6], i);
    }

    private static void UInts(Index1D i, ArrayView<uint> data)
    {
        var x = (uint)i.X * 2654435761u;
        Atomic.Max(ref data[0], x);
        Atomic.Min(ref data[1], x);
        Atomic.Add(ref data[2], x);
    }

    private static void Longs(Index1D i, ArrayView<long> data, ArrayView<ulong> unsigned)
    {
        var x = (i * 7919 % 2003 - 1000) * 10000000000L;
        Atomic.Add(ref data[0], x);
        Atomic.Max(ref data[1], x);
        Atomic.Min(ref data[2], x);
        Atomic.And(ref data[3], x);
        Atomic.Or(ref data[4], x);
        Atomic.Xor(ref data[5], x);
        Atomic.Max(ref unsigned[0], (ulong)x);
        Atomic.Min(ref unsigned[1], (ulong)x);
    }

    private static void Floating(Index1D i, ArrayView<float> floats, ArrayView<double> doubles)
    {
        var x = (i * 7919 % 2003 - 1000) * 0.25;
        Atomic.Add(ref floats[0], (float)x);
        Atomic.Max(ref floats[1], (float)x);
        Atomic.Min(ref floats[2], (float)x);
        Atomic.Add(ref doubles[0], x);
        Atomic.Max(ref doubles[1], x);
        Atomic.Min(ref doubles[2], x);
    }

    private static void Tickets(Index1D i, ArrayView<int> counter, ArrayView<int> seen)
    {
        var ticket = Atomic.Add(ref counter[0], 1);
        Atomic.Add(ref seen[ticket], 1);
    }

    private static void Exchanges(Index1D i, ArrayView<float> slot, ArrayView<float> received) =>
        received[i] = Atomic.Exchange(ref slot[0], i.X);

    private static void Products(Index1D i, ArrayView<int> data, ArrayView<double> wide)
    {
        var old = data[0];
        int expected;
        do
        {
            expected = old;
            old = Atomic.CompareExchange(ref data[0], expected, expected * (2 * i + 3));
        }
        while (old != expected);
        var oldWide = wide[0];
        double expectedWide;
        do
        {
            expectedWide = oldWide;
            oldWide = Atomic.CompareExchange(ref wide[0], expectedWide, expectedWide * 2);
        }
        while (oldWide != expectedWide);
    }

    private static void Histogram(ArrayView<byte> input, ArrayView<int> counts)
    {
        var shared = SharedMemory.Allocate<int>(16);
        if (Group.IdxX < 16)
            shared[Group.IdxX] = 0;
        Group.Barrier();
        Atomic.Add(ref shared[(int)input[Grid.GlobalIndex.X]], 1);
        Group.Barrier();
        if (Group.IdxX < 16)
            Atomic.Add(ref counts[Group.IdxX], shared[Group.IdxX]);
    }

    private static void SharedSum(ArrayView<float> sums)
    {
        var shared = SharedMemory.Allocate<float>(2);
        if (Group.IdxX < 2)
            shared[Group.IdxX] = 0;
        Group.Barrier();
        Atomic.Add(ref shared[0], Grid.GlobalIndex.X * 0.5f);
        Atomic.Max(ref shared[1], Group.IdxX);
        Group.Barrier();
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = shared[0] + shared[1];
    }

    private static void LastGroup(ArrayView<int> partial, ArrayView<int> done, ArrayView<int> total)
    {
        if (Group.IdxX != 0)
            return;
        partial[Grid.IdxX] = Grid.IdxX * Grid.IdxX + 1;
        MemoryFence.DeviceLevel();
        if (Atomic.Add(ref done[0], 1) != Grid.DimX - 1)
            return;
        MemoryFence.DeviceLevel();
        var sum = 0;
        for (var g = 0; g < Grid.DimX; g++)
            sum += partial[g];
        total[0] = sum;
    }
}
