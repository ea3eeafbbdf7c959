using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Runtime;

[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public class GraphTests(TestDevice device)
{
    private Accelerator accelerator = null!;
    private AcceleratorStream stream = null!;

    [SetUp]
    public void Open()
    {
        accelerator = device.CreateAccelerator();
        stream = accelerator.CreateStream();
    }

    [TearDown]
    public void Close() => accelerator.Dispose();

    [Test]
    public void A_graph_runs_its_copies_and_fills_each_time_it_is_launched()
    {
        using var source = accelerator.Allocate1D(new[] { 1, 2, 3, 4 });
        using var target = accelerator.Allocate1D(new[] { 9, 9, 9, 9 });
        using var graph = accelerator.Capture(stream, () =>
        {
            target.View.CopyFrom(stream, source.View);
            target.View.SubView(1, 2).MemSetToZero(stream);
        });
        Assert.That(target.GetAsArray1D(stream), Is.All.EqualTo(9), "a capture runs nothing");

        graph.Launch(stream);
        Assert.That(target.GetAsArray1D(stream), Is.EqualTo(new[] { 1, 0, 0, 4 }));
        source.View.CopyFromCPU(stream, [5, 6, 7, 8]);
        graph.Launch(stream);

        Assert.Multiple(() =>
        {
            Assert.That(target.GetAsArray1D(stream), Is.EqualTo(new[] { 5, 0, 0, 8 }));
            Assert.That(graph.NodeCount, Is.EqualTo(2));
        });
    }

    [Test]
    public void Memory_freed_during_a_capture_belongs_to_the_graph()
    {
        using var target = accelerator.Allocate1D<int>(1000);
        nint address = 0;
        var graph = accelerator.Capture(stream, () =>
        {
            using (var first = accelerator.Allocate1D<int>(1000))
            {
                address = first.NativePtr;
                first.View.MemSet(stream, 1);
                target.View.CopyFrom(stream, first.View);
            }
            using var second = accelerator.Allocate1D<int>(1000);
            Assert.That(second.NativePtr, Is.EqualTo(address), "the capture reuses its own memory");
        });
        using var outside = accelerator.Allocate1D<int>(1000);
        Assert.That(outside.NativePtr, Is.Not.EqualTo(address));

        graph.Launch(stream);
        Assert.That(target.GetAsArray1D(stream), Is.All.EqualTo(0x01010101));
        graph.Dispose();
        using var after = accelerator.Allocate1D<int>(1000);

        Assert.That(after.NativePtr, Is.EqualTo(address));
    }

    [Test]
    public void Copies_from_arrays_cannot_be_captured()
    {
        using var buffer = accelerator.Allocate1D<int>(4);

        Assert.That(() => accelerator.Capture(stream, () => buffer.View.CopyFromCPU(stream, new int[4])),
            Throws.InvalidOperationException.With.Message.Contains("captured"));
        Assert.That(stream.IsCapturing, Is.False);
        buffer.View.CopyFromCPU(stream, [1, 2, 3, 4]);
        Assert.That(buffer.GetAsArray1D(stream), Is.EqualTo(new[] { 1, 2, 3, 4 }));
    }

    [Test]
    public void One_stream_captures_at_a_time()
    {
        using var other = accelerator.CreateStream();
        stream.BeginCapture();

        Assert.Multiple(() =>
        {
            Assert.That(stream.BeginCapture, Throws.InvalidOperationException);
            Assert.That(other.BeginCapture, Throws.InvalidOperationException);
            Assert.That(() => other.EndCapture(), Throws.InvalidOperationException);
        });
        stream.EndCapture().Dispose();
    }

    [Test]
    public void A_disposed_graph_cannot_be_launched()
    {
        using var buffer = accelerator.Allocate1D<int>(4);
        var graph = accelerator.Capture(stream, () => buffer.View.MemSetToZero(stream));

        graph.Dispose();
        graph.Dispose();

        Assert.That(() => graph.Launch(stream), Throws.TypeOf<ObjectDisposedException>());
    }
}
