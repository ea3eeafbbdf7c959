namespace Swat.Gpu.Tests.Runtime;

public class ContextTests
{
    [Test]
    public void A_context_without_devices_has_the_CPU()
    {
        using var context = Context.Create(_ => { });

        Assert.That(context.Devices.Single().AcceleratorType, Is.EqualTo(AcceleratorType.CPU));
    }

    [Test]
    public void Devices_are_found_by_kind()
    {
        using var context = Context.CreateDefault();

        Assert.Multiple(() =>
        {
            Assert.That(context.GetCPUDevices().Count, Is.EqualTo(1));
            Assert.That(context.GetPreferredDevice(preferCPU: true).AcceleratorType, Is.EqualTo(AcceleratorType.CPU));
            Assert.That(() => context.GetCPUDevice(1), Throws.TypeOf<NotSupportedException>());
        });
    }

    [Test]
    public void Devices_of_a_kind_are_those_that_were_asked_for()
    {
        using var context = Context.Create(b => b.DefaultCPU());

        Assert.Multiple(() =>
        {
            Assert.That(context.GetCPUDevices().Count, Is.EqualTo(1));
            Assert.That(context.GetCudaDevices().Count, Is.Zero);
            Assert.That(context.GetCLDevices().Count, Is.Zero);
        });
    }

    [Test]
    public void Disposing_a_context_disposes_its_accelerators()
    {
        var context = Context.Create(b => b.CPU());
        var accelerator = context.CreateCPUAccelerator(0);

        context.Dispose();

        Assert.Multiple(() =>
        {
            Assert.That(accelerator.IsDisposed);
            Assert.That(() => context.CreateCPUAccelerator(0), Throws.TypeOf<ObjectDisposedException>());
        });
    }

    [Test]
    public void Profiling_markers_need_a_context_with_profiling()
    {
        using var context = Context.Create(b => b.CPU());
        using var accelerator = context.CreateCPUAccelerator(0);

        Assert.That(() => accelerator.AddProfilingMarker(), Throws.TypeOf<NotSupportedException>().With.Message.Contains("Profiling()"));
    }
}
