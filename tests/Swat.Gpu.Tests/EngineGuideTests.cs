using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests;

/// <summary>The programs in docs/engine.md.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public class EngineGuideTests(TestDevice device)
{
    [Test]
    public void The_first_kernel_scales()
    {
        var accelerator = device.Accelerator;
        using var buffer = accelerator.Allocate1D(new float[] { 1, 2, 3 });

        var scale = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(Scale);
        scale((int)buffer.Length, buffer.View, 10);

        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(new float[] { 10, 20, 30 }));
    }

    [Test]
    public void The_grouped_kernel_sums()
    {
        const int Groups = 3;
        var accelerator = device.Accelerator;
        using var values = accelerator.Allocate1D(Enumerable.Range(0, Groups * 256).Select(i => (float)i).ToArray());
        using var sums = accelerator.Allocate1D<float>(Groups);

        var sum = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(SumGroups);
        sum((Groups, 256, SharedMemoryConfig.RequestDynamic<float>(256)), values.View, sums.View);

        Assert.That(sums.GetAsArray1D(), Is.EqualTo(new[] { 32640f, 98176f, 163712f }));
    }

    private static void Scale(Index1D index, ArrayView<float> values, float factor) => values[index] *= factor;

    private static void SumGroups(ArrayView<float> values, ArrayView<float> sums)
    {
        var partial = SharedMemory.GetDynamic<float>();
        partial[Group.IdxX] = values[Grid.GlobalIndex.X];
        Group.Barrier();
        for (var distance = Group.DimX / 2; distance > 0; distance /= 2)
        {
            if (Group.IdxX < distance)
                partial[Group.IdxX] += partial[Group.IdxX + distance];
            Group.Barrier();
        }
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = partial[0];
    }
}
