using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Runtime;

[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public class BufferTests(TestDevice device)
{
    private Accelerator Accelerator => device.Accelerator;

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(63)]
    [TestCase(1000)]
    [TestCase(300_001)]
    public void What_is_copied_in_comes_back(int length)
    {
        var data = Enumerable.Range(0, length).ToArray();
        using var buffer = Accelerator.Allocate1D(data);

        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(data));
    }

    [Test]
    public void Sub_views_copy_their_part()
    {
        using var buffer = Accelerator.Allocate1D(Enumerable.Range(0, 100).ToArray());
        var part = buffer.View.SubView(10, 5);

        part.CopyFromCPU([-1, -2, -3, -4, -5]);
        var read = new int[3];
        part.SubView(1, 4).CopyToCPU(read);

        Assert.Multiple(() =>
        {
            Assert.That(read, Is.EqualTo(new[] { -2, -3, -4 }));
            Assert.That(buffer.View.SubView(9, 7).GetAsArray1D(), Is.EqualTo(new[] { 9, -1, -2, -3, -4, -5, 15 }));
        });
    }

    [Test]
    public void Spans_and_references_copy_in_a_stream()
    {
        using var stream = Accelerator.CreateStream();
        using var buffer = Accelerator.Allocate1D<float>(8);
        ReadOnlySpan<float> source = [1, 2, 3, 4, 5, 6, 7, 8];
        var target = new float[8];

        buffer.View.BaseView.CopyFromCPU(stream, source);
        buffer.View.CopyToCPU(stream, ref target[2], 4);
        buffer.View.BaseView.CopyToCPU(stream, target.AsSpan(0, 2));

        Assert.That(target, Is.EqualTo(new float[] { 1, 2, 1, 2, 3, 4, 0, 0 }));
    }

    [Test]
    public void Buffers_copy_to_each_other()
    {
        using var first = Accelerator.Allocate1D(Enumerable.Range(0, 100).ToArray());
        using var second = Accelerator.Allocate1D<int>(50);

        second.View.CopyFrom(first.View.SubView(20, 50));
        second.View.SubView(0, 10).CopyTo(first.View.SubView(90, 10));

        Assert.Multiple(() =>
        {
            Assert.That(second.GetAsArray1D(), Is.EqualTo(Enumerable.Range(20, 50)));
            Assert.That(first.View.SubView(88, 12).GetAsArray1D(), Is.EqualTo(new[] { 88, 89, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29 }));
        });
    }

    [Test]
    public void Memory_is_set_bytewise()
    {
        using var buffer = Accelerator.Allocate1D(new[] { 1, 2, 3, 4 });

        buffer.View.SubView(1, 2).MemSetToZero();
        buffer.View.SubView(3, 1).MemSet(0x01);

        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(new[] { 1, 0, 0, 0x01010101 }));
        buffer.MemSetToZero();
        Assert.That(buffer.GetAsArray1D(), Is.All.Zero);
    }

    [Test]
    public void Page_locked_arrays_copy_without_the_host()
    {
        using var stream = Accelerator.CreateStream();
        using var input = Accelerator.AllocatePageLocked1D<int>(1000);
        using var output = Accelerator.AllocatePageLocked1D<int>(1000);
        using var buffer = Accelerator.Allocate1D<int>(1000);
        for (var i = 0; i < input.Length; i++)
            input[i] = 3 * i;

        buffer.View.BaseView.CopyFrom(stream, input.ArrayView);
        buffer.View.BaseView.CopyTo(stream, output.ArrayView);
        stream.Synchronize();

        Assert.That(output.Span.ToArray(), Is.EqualTo(input.Span.ToArray()));
    }

    [Test]
    public void Cast_views_share_their_bytes()
    {
        using var buffer = Accelerator.Allocate1D(new[] { 0x04030201, 0x08070605 });

        Assert.Multiple(() =>
        {
            Assert.That(buffer.View.BaseView.Cast<byte>().GetAsArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }));
            Assert.That(buffer.View.BaseView.SubView(1, 1).Cast<short>().GetAsArray(), Is.EqualTo(new short[] { 0x0605, 0x0807 }));
            Assert.That(buffer.View.BaseView.SubView(0, 1).Cast<long>().Length, Is.Zero);
        });
    }

    [Test]
    public void Copies_past_the_end_are_refused()
    {
        using var buffer = Accelerator.Allocate1D<int>(4);

        Assert.Multiple(() =>
        {
            Assert.That(() => buffer.CopyFromCPU(new int[5]), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => buffer.CopyToCPU(new int[5]), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => buffer.View.CopyTo(buffer.View.SubView(0, 2)), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => buffer.View.SubView(0, 2).CopyTo(buffer.View.SubView(1, 2)), Throws.ArgumentException);
            Assert.That(() => buffer.View.SubView(3, 2), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => buffer.View.SubView(-1, 2), Throws.TypeOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void Streams_are_ordered_by_events()
    {
        using var first = Accelerator.CreateStream();
        using var second = Accelerator.CreateStream();
        using var source = Accelerator.AllocatePageLocked1D<int>(100_000);
        using var target = Accelerator.AllocatePageLocked1D<int>(100_000);
        using var buffer = Accelerator.Allocate1D<int>(100_000);
        source.Span.Fill(7);

        buffer.View.BaseView.CopyFrom(first, source.ArrayView);
        using var copied = first.RecordEvent();
        second.WaitFor(copied);
        buffer.View.BaseView.CopyTo(second, target.ArrayView);
        second.Synchronize();

        Assert.Multiple(() =>
        {
            Assert.That(copied.IsCompleted);
            Assert.That(target.Span.ToArray(), Is.All.EqualTo(7));
        });
    }

    [Test]
    public async Task A_stream_can_be_awaited()
    {
        using var stream = Accelerator.CreateStream();
        using var target = Accelerator.AllocatePageLocked1D<int>(100_000);
        using var buffer = Accelerator.Allocate1D(Enumerable.Range(0, 100_000).ToArray());

        buffer.View.BaseView.CopyTo(stream, target.ArrayView);
        await stream.SynchronizeAsync();

        Assert.That(target.Span.ToArray(), Is.EqualTo(Enumerable.Range(0, 100_000)));
    }

    [Test]
    public void Device_time_does_not_run_backwards()
    {
        using var buffer = Accelerator.Allocate1D<int>(100_000);
        using var start = Accelerator.AddProfilingMarker();
        buffer.MemSetToZero();
        using var end = Accelerator.AddProfilingMarker();

        Assert.That(end - start, Is.GreaterThanOrEqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Nothing_is_left_when_all_is_disposed()
    {
        using var own = device.CreateAccelerator();
        using (own.Allocate1D<int>(100))
        using (own.Allocate1D<int>(0))
            Assert.That(own.Memory.Statistics.LiveBuffers, Is.EqualTo(2));

        Assert.That(own.Memory.DescribeLiveBuffers(), Is.Empty);
    }

    [Test]
    public void Poisoned_memory_reads_as_NaN()
    {
        using var own = device.CreateAccelerator();
        own.Memory.PoisonNewMemory = true;
        using var buffer = own.Allocate1D<float>(1001);

        Assert.That(buffer.GetAsArray1D(), Is.All.NaN);
    }
}
