using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Runtime;

/// <summary>Several CUDA devices of one process.</summary>
public class PeerTests
{
    [Test]
    public void Devices_copy_to_each_other_and_reach_each_others_memory()
    {
        var (first, second) = Open();
        var values = Enumerable.Range(0, 100_000).ToArray();
        using var source = first.Allocate1D(values);
        using var copied = second.Allocate1D<int>(values.Length);
        source.View.BaseView.CopyTo(copied.View.BaseView);
        Assert.That(copied.GetAsArray1D(), Is.EqualTo(values));
        if (!second.EnablePeerAccess(first))
            Assert.Ignore("The devices cannot reach each other's memory.");
        using var doubled = second.Allocate1D<int>(values.Length);
        second.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<int>>(Double)(values.Length, source.View, doubled.View);
        Assert.That(doubled.GetAsArray1D(), Is.EqualTo(values.Select(v => 2 * v)));
        Assert.That(second.DisablePeerAccess(first), Is.True);
    }

    [Test]
    public void Devices_run_the_same_kernel_side_by_side()
    {
        var (first, second) = Open();
        var values = Enumerable.Range(0, 1000).ToArray();
        Parallel.ForEach((Accelerator[])[first, second], accelerator =>
        {
            using var input = accelerator.Allocate1D(values);
            using var output = accelerator.Allocate1D<int>(values.Length);
            var kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<int>>(Double);
            for (var i = 0; i < 100; i++)
                kernel(values.Length, input.View, output.View);
            Assert.That(output.GetAsArray1D(), Is.EqualTo(values.Select(v => 2 * v)));
        });
    }

    private static (Accelerator First, Accelerator Second) Open()
    {
        var devices = TestDevices.All.Where(d => d.Device is CudaDevice).Take(2).ToList();
        if (devices.Count < 2)
            Assert.Ignore("There are no two CUDA devices here.");
        return (devices[0].Accelerator, devices[1].Accelerator);
    }

    private static void Double(Index1D index, ArrayView<int> input, ArrayView<int> output) => output[index] = 2 * input[index];
}
