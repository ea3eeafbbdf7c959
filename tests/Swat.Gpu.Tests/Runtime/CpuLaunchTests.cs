using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Runtime;

/// <summary>What the CPU accelerator says of launches that it cannot run.</summary>
public class CpuLaunchTests
{
    [Test]
    public void More_work_items_along_a_dimension_than_an_index_counts_are_refused()
    {
        var accelerator = TestDevices.Cpu.Accelerator;
        using var buffer = accelerator.Allocate1D<int>(1);
        var kernel = accelerator.LoadStreamKernel<ArrayView<int>>(Nothing);

        Assert.Multiple(() =>
        {
            Assert.That(() => kernel((1 << 23, 256), buffer.View),
                Throws.TypeOf<KernelLaunchException>().With.Message.Contains("work items along a dimension").And.Message.Contains("LongIndex1D"));
            Assert.That(() => kernel((new Index3D(1, 1, 1 << 30), new Index3D(1, 1, 2)), buffer.View), Throws.TypeOf<KernelLaunchException>());
        });
    }

    private static void Nothing(ArrayView<int> target) => target[0] = 1;
}
