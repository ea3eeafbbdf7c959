using FsCheck;
using FsCheck.Fluent;

namespace Swat.Gpu.Tests.Runtime;

public class MemoryPoolTests
{
    [FsCheck.NUnit.Property]
    public Property Blocks_hold_their_buffer_and_waste_at_most_a_quarter(PositiveInt bytes, byte shift)
    {
        var size = (long)bytes.Get << (shift % 16);
        var block = MemoryPool.BlockSize(size);
        return (block >= size && block % 512 == 0 && (block <= 512 || block <= size * 1.25 + 512)
            && MemoryPool.BlockSize(block) == block).ToProperty();
    }

    [Test]
    public void A_disposed_buffers_block_is_handed_on()
    {
        using var fake = new FakeContext();
        var first = fake.Accelerator.Allocate1D<int>(1000);
        var address = first.NativePtr;
        first.Dispose();

        using var second = fake.Accelerator.Allocate1D<float>(990);

        Assert.Multiple(() =>
        {
            Assert.That(second.NativePtr, Is.EqualTo(address));
            Assert.That(fake.Accelerator.Memory.Statistics, Is.EqualTo(new MemoryStatistics(3960, 4000, 4096, 1, 2, 1)));
        });
    }

    [Test]
    public void While_another_stream_runs_a_block_waits_for_all_streams()
    {
        using var fake = new FakeContext();
        using var stream = fake.Accelerator.CreateStream();
        fake.Accelerator.MarkersComplete = false;
        var first = fake.Accelerator.Allocate1D<int>(1000);
        var address = first.NativePtr;
        first.Dispose();

        using var second = fake.Accelerator.Allocate1D<int>(1000);
        fake.Accelerator.MarkersComplete = true;
        using var third = fake.Accelerator.Allocate1D<int>(1000);

        Assert.Multiple(() =>
        {
            Assert.That(second.NativePtr, Is.Not.EqualTo(address));
            Assert.That(third.NativePtr, Is.EqualTo(address));
            Assert.That(fake.Accelerator.OpenMarkers, Is.Zero);
        });
    }

    [Test]
    public void A_full_device_first_gives_up_its_cache()
    {
        using var fake = new FakeContext();
        fake.Accelerator.Allocate1D<byte>(700_000).Dispose();

        using var buffer = fake.Accelerator.Allocate1D<byte>(500_000);

        Assert.That(fake.Accelerator.UsedBytes, Is.EqualTo(MemoryPool.BlockSize(500_000)));
    }

    [Test]
    public void A_full_device_is_an_error_that_says_what_is_in_use()
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<byte>(700_000);

        Assert.That(() => fake.Accelerator.Allocate1D<byte>(500_000), Throws.TypeOf<OutOfDeviceMemoryException>()
            .With.Message.Contains("700000").And.Property("RequestedBytes").EqualTo(MemoryPool.BlockSize(500_000)));
        Assert.That(fake.Accelerator.Memory.Statistics.LiveBuffers, Is.EqualTo(1));
    }

    [Test]
    public void The_peak_stays_until_it_is_reset()
    {
        using var fake = new FakeContext();
        var memory = fake.Accelerator.Memory;
        fake.Accelerator.Allocate1D<byte>(1000).Dispose();
        var buffer = fake.Accelerator.Allocate1D<byte>(300);
        Assert.That((memory.Statistics.Current, memory.Statistics.Peak), Is.EqualTo((300L, 1000L)));

        memory.ResetPeak();

        Assert.That(memory.Statistics.Peak, Is.EqualTo(300));
        buffer.Dispose();
        buffer.Dispose();
        Assert.That(memory.Statistics.Current, Is.Zero);
    }

    [Test]
    public void Trimming_gives_the_cache_back()
    {
        using var fake = new FakeContext();
        fake.Accelerator.Allocate1D<byte>(1000).Dispose();

        fake.Accelerator.Memory.Trim();

        Assert.That((fake.Accelerator.UsedBytes, fake.Accelerator.Memory.Statistics.Reserved), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public void Live_buffers_are_listed_with_size_and_origin()
    {
        using var fake = new FakeContext();
        fake.Accelerator.Memory.TrackAllocationSites = true;
        using var buffer = fake.Accelerator.Allocate1D<double>(12);

        var line = fake.Accelerator.Memory.DescribeLiveBuffers().Single();

        Assert.That(line, Does.StartWith("96 bytes (12 elements of 8 bytes)").And.Contain(nameof(Live_buffers_are_listed_with_size_and_origin)));
    }

    [Test]
    public void Poisoned_memory_reads_as_NaN()
    {
        using var fake = new FakeContext();
        fake.Accelerator.Memory.PoisonNewMemory = true;
        using (var written = fake.Accelerator.Allocate1D(new float[100]))
        using (var other = fake.Accelerator.Allocate1D<float>(100))
            Assert.That(other.GetAsArray1D(), Is.All.NaN);
        using var reused = fake.Accelerator.Allocate1D<float>(100);

        Assert.That(reused.GetAsArray1D(), Is.All.NaN);
    }

    [Test]
    public void Disposing_the_accelerator_frees_everything()
    {
        using var fake = new FakeContext();
        var buffer = fake.Accelerator.Allocate1D<byte>(1000);
        var array = fake.Accelerator.AllocatePageLocked1D<byte>(10);

        fake.Accelerator.Dispose();

        Assert.Multiple(() =>
        {
            Assert.That(fake.Accelerator.UsedBytes, Is.Zero);
            Assert.That(buffer.IsDisposed);
            Assert.That(() => buffer.View, Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => array[0], Throws.TypeOf<ObjectDisposedException>());
            Assert.That(buffer.Dispose, Throws.Nothing);
            Assert.That(array.Dispose, Throws.Nothing);
        });
    }
}
