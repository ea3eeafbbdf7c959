using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Runtime;

public class HostViewTests
{
    [Test]
    public void Views_of_the_CPU_accelerator_can_be_indexed()
    {
        using var buffer = TestDevices.Cpu.Accelerator.Allocate1D(new[] { 1, 2, 3 });
        var view = buffer.View.SubView(1, 2);

        view[1] = 30;
        Atomic.Add(ref view[0], 5);

        Assert.Multiple(() =>
        {
            Assert.That(buffer.GetAsArray1D(), Is.EqualTo(new[] { 1, 7, 30 }));
            Assert.That(() => view[2], Throws.TypeOf<IndexOutOfRangeException>());
            Assert.That(() => view[-1], Throws.TypeOf<IndexOutOfRangeException>());
        });
    }

    [Test]
    public void Views_of_other_devices_cannot_be_indexed()
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<int>(3);

        Assert.That(() => buffer.View[0], Throws.InvalidOperationException.With.Message.Contains("CopyToCPU"));
    }

    [Test]
    public void Members_of_kernels_say_so_on_the_host() =>
        Assert.Multiple(() =>
        {
            Assert.That(() => Group.IdxX, Throws.InvalidOperationException.With.Message.Contains("only inside a kernel"));
            Assert.That(() => Group.Barrier(), Throws.InvalidOperationException.With.Message.Contains("Barrier"));
            Assert.That(() => SharedMemory.Allocate<int>(4), Throws.InvalidOperationException);
        });

    [Test]
    public void Lengths_follow_the_element_size()
    {
        using var buffer = TestDevices.Cpu.Accelerator.Allocate1D<double>(5);

        Assert.Multiple(() =>
        {
            Assert.That(buffer.LengthInBytes, Is.EqualTo(40));
            Assert.That(buffer.View.LengthInBytes, Is.EqualTo(40));
            Assert.That(buffer.View.Extent, Is.EqualTo(new LongIndex1D(5)));
            Assert.That(buffer.View.BaseView.Cast<float>().IntLength, Is.EqualTo(10));
            Assert.That(ArrayView<double>.Empty.IsValid, Is.False);
            Assert.That(buffer.View.IsValid);
        });
    }

    [Test]
    public void A_view_tells_where_it_lies()
    {
        using var buffer = TestDevices.Cpu.Accelerator.Allocate1D<double>(5);
        var view = buffer.View.BaseView;

        Assert.Multiple(() =>
        {
            Assert.That(view.GetAcceleratorType(), Is.EqualTo(AcceleratorType.CPU));
            Assert.That(view.HasData() && !view.HasNoData());
            Assert.That(ArrayView<double>.Empty.HasNoData() && !ArrayView<double>.Empty.HasData());
            Assert.That(() => ArrayView<double>.Empty.GetAcceleratorType(), Throws.InvalidOperationException);
            Assert.That(view.AsDense().Length, Is.EqualTo(5));
        });
    }

    [Test]
    public void A_view_that_exceeds_its_buffer_is_refused()
    {
        using var buffer = TestDevices.Cpu.Accelerator.Allocate1D<double>(5);

        Assert.That(() => new ArrayView<double>(buffer, 3, 3), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
