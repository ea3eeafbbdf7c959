namespace Swat.Gpu.Tests.Runtime;

public class SpecializedValueTests
{
    [Test]
    public void A_kernel_is_compiled_once_for_each_value()
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<int>(4);
        var kernel = fake.Accelerator.LoadStreamKernel<ArrayView<int>, SpecializedValue<int>, int, SpecializedValue<bool>>(
            Specialized, out var info);
        Assert.That(info, Is.Null);

        kernel((1, 32), buffer.View, SpecializedValue.New(3), 5, SpecializedValue.New(true));
        kernel((1, 32), buffer.View, SpecializedValue.New(4), 6, SpecializedValue.New(true));
        kernel((1, 32), buffer.View, SpecializedValue.New(3), 7, SpecializedValue.New(true));
        kernel((1, 32), buffer.View, SpecializedValue.New(3), 8, SpecializedValue.New(false));

        Assert.Multiple(() =>
        {
            Assert.That(fake.Accelerator.Kernels.Select(k => k.Options.SpecializedValues),
                Is.EqualTo(new object[][] { [3, true], [4, true], [3, false] }));
            Assert.That(fake.Accelerator.Kernels.Select(k => k.Launches.Count), Is.EqualTo(new[] { 2, 1, 1 }));
            Assert.That(fake.Accelerator.Kernels[0].Argument("offset"), Is.EqualTo(7));
            Assert.That(fake.Accelerator.CompiledKernels, Has.Count.EqualTo(3));
        });
    }

    [Test]
    public void A_kernel_without_specialised_values_is_compiled_when_it_is_loaded_and_only_once()
    {
        using var fake = new FakeContext();

        fake.Accelerator.LoadStreamKernel<ArrayView<int>>(Plain, out var info);
        fake.Accelerator.LoadKernel<ArrayView<int>>(Plain, out var again);

        Assert.Multiple(() =>
        {
            Assert.That(info!.Name, Does.Contain("Plain"));
            Assert.That(again, Is.SameAs(info));
            Assert.That(fake.Accelerator.Kernels, Has.Count.EqualTo(1));
        });
    }

    private static void Specialized(ArrayView<int> target, SpecializedValue<int> factor, int offset, SpecializedValue<bool> negate) =>
        target[0] = (negate ? -1 : 1) * (factor * target[1] + offset);

    private static void Plain(ArrayView<int> target) => target[0] = 1;
}
