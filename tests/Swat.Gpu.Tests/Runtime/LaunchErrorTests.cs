namespace Swat.Gpu.Tests.Runtime;

public class LaunchErrorTests
{
    [Test]
    public void A_null_buffer_is_refused()
    {
        MemoryBuffer1D<float, Stride1D.Dense>? buffer = null;

        Assert.That(() => (ArrayView1D<float, Stride1D.Dense>)buffer!, Throws.ArgumentNullException);
    }

    [Test]
    public void A_disposed_buffer_is_named_with_kernel_and_parameter()
    {
        using var fake = new FakeContext();
        var buffer = fake.Accelerator.Allocate1D<float>(100);
        var view = buffer.View;
        var kernel = fake.Accelerator.LoadStreamKernel<int, ArrayView1D<float, Stride1D.Dense>>(Use);
        buffer.Dispose();

        Assert.That(() => kernel((1, 32), 1, view), Throws.TypeOf<KernelLaunchException>()
            .With.Message.Contains("LaunchErrorTests_Use").And.Message.Contains("target").And.Message.Contains("disposed"));
    }

    [Test]
    public void A_buffer_of_another_accelerator_is_refused()
    {
        using var fake = new FakeContext();
        using var other = new FakeContext();
        using var buffer = other.Accelerator.Allocate1D<float>(100);
        var kernel = fake.Accelerator.LoadStreamKernel<int, ArrayView1D<float, Stride1D.Dense>>(Use);

        Assert.That(() => kernel((1, 32), 1, buffer.View), Throws.TypeOf<KernelLaunchException>().With.Message.Contains("another accelerator"));
    }

    [Test]
    public void Page_locked_memory_is_refused()
    {
        using var fake = new FakeContext();
        using var array = fake.Accelerator.AllocatePageLocked1D<float>(16);
        var kernel = fake.Accelerator.LoadStreamKernel<int, ArrayView1D<float, Stride1D.Dense>>(Use);

        Assert.That(() => kernel((1, 32), 1, array.ArrayView), Throws.TypeOf<KernelLaunchException>().With.Message.Contains("page-locked"));
    }

    [Test]
    public void A_view_of_vectors_must_be_aligned()
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<float>(100);
        var kernel = fake.Accelerator.LoadStreamKernel<ArrayView<Vector4>>(UseVectors);

        Assert.Multiple(() =>
        {
            Assert.That(() => kernel((1, 32), buffer.View.BaseView.SubView(4, 8).Cast<Vector4>()), Throws.Nothing);
            Assert.That(() => kernel((1, 32), buffer.View.BaseView.SubView(2, 8).Cast<Vector4>()),
                Throws.TypeOf<KernelLaunchException>().With.Message.Contains("aligned to 16").And.Message.Contains("source"));
        });
    }

    [TestCase(-1, 32, 0, "negative")]
    [TestCase(1, 0, 0, "empty")]
    [TestCase(1, -32, 0, "empty or negative")]
    [TestCase(1, 513, 0, "limit of 512")]
    [TestCase(1, 257, 0, "256 that this kernel")]
    [TestCase(1, 32, 1001, "1001 bytes of shared memory")]
    [TestCase(1 << 21, 32, 0, "grid exceeds")]
    public void A_configuration_past_the_limits_is_explained(int grid, int group, int shared, string reason)
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<float>(100);
        var kernel = fake.Accelerator.LoadStreamKernel<int, ArrayView1D<float, Stride1D.Dense>>(Use);
        var config = new KernelConfig(grid, group, SharedMemoryConfig.RequestDynamic<byte>(shared));

        Assert.That(() => kernel(config, 1, buffer.View), Throws.TypeOf<KernelLaunchException>()
            .With.Message.Contains(reason).And.Message.Contains("LaunchErrorTests_Use").And.Message.Contains(config.ToString()));
    }

    [TestCase(1 << 16, 1 << 15, 1)]
    [TestCase(1 << 20, 1 << 15, 1 << 15)]
    public void More_groups_than_a_linear_index_counts_are_refused(int x, int y, int z)
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<float>(100);
        var kernel = fake.Accelerator.LoadStreamKernel<int, ArrayView1D<float, Stride1D.Dense>>(Use);

        Assert.That(() => kernel((new Index3D(x, y, z), new Index3D(32, 1, 1)), 1, buffer.View),
            Throws.TypeOf<KernelLaunchException>().With.Message.Contains("more groups"));
    }

    [Test]
    public void An_extent_of_more_elements_than_an_index_counts_is_refused()
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<float>(100);
        var kernel = fake.Accelerator.LoadAutoGroupedStreamKernel<Index3D, ArrayView<float>>(UseVolume);

        Assert.Multiple(() =>
        {
            // The second one's product is a small number in 64 bits.
            Assert.That(() => kernel(new Index3D(1 << 20, 1 << 20, 1), buffer.View), Throws.TypeOf<KernelLaunchException>());
            Assert.That(() => kernel(new Index3D(1 << 30, 1 << 30, 1 << 10), buffer.View), Throws.TypeOf<KernelLaunchException>());
        });
    }

    [Test]
    public void Static_shared_memory_counts()
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<float>(100);
        var kernel = fake.Accelerator.LoadStreamKernel<ArrayView<float>>(UseShared);

        Assert.Multiple(() =>
        {
            Assert.That(() => kernel((1, 32, SharedMemoryConfig.RequestDynamic<byte>(488)), buffer.View), Throws.Nothing);
            Assert.That(() => kernel((1, 32, SharedMemoryConfig.RequestDynamic<byte>(489)), buffer.View), Throws.TypeOf<KernelLaunchException>());
        });
    }

    [Test]
    public void An_empty_grid_is_no_launch()
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<float>(100);
        var kernel = fake.Accelerator.LoadStreamKernel<int, ArrayView1D<float, Stride1D.Dense>>(Use);
        var indexed = fake.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(UseIndexed);

        kernel((0, 32), 1, buffer.View);
        indexed(0, buffer.View);

        Assert.That(fake.Accelerator.Kernels.SelectMany(k => k.Launches), Is.Empty);
    }

    [Test]
    public void A_negative_extent_is_refused()
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<float>(100);
        var kernel = fake.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(UseIndexed);

        Assert.That(() => kernel(-1, buffer.View), Throws.TypeOf<KernelLaunchException>().With.Message.Contains("extent"));
    }

    [Test]
    public void A_stream_of_another_accelerator_is_refused()
    {
        using var fake = new FakeContext();
        using var other = new FakeContext();
        var kernel = fake.Accelerator.LoadKernel<int, ArrayView1D<float, Stride1D.Dense>>(Use);

        Assert.Multiple(() =>
        {
            Assert.That(() => kernel(other.Accelerator.DefaultStream, (1, 32), 1, default), Throws.TypeOf<KernelLaunchException>());
            Assert.That(() => kernel(null!, (1, 32), 1, default), Throws.ArgumentNullException);
        });
    }

    [Test]
    public void A_kernel_of_a_disposed_accelerator_cannot_be_launched()
    {
        using var fake = new FakeContext();
        var kernel = fake.Accelerator.LoadKernel<int, ArrayView1D<float, Stride1D.Dense>>(Use);
        var stream = fake.Accelerator.DefaultStream;
        fake.Accelerator.Dispose();

        Assert.Multiple(() =>
        {
            Assert.That(() => kernel(stream, (1, 32), 1, default), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => fake.Accelerator.Allocate1D<int>(1), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(fake.Kernel.IsDisposed);
        });
    }

    [Test]
    public void A_kernel_without_an_index_is_not_loaded_as_an_implicitly_grouped_one()
    {
        using var fake = new FakeContext();

        Assert.That(() => fake.Accelerator.LoadKernelCore((Action<int, ArrayView1D<float, Stride1D.Dense>>)Use, autoGrouped: true),
            Throws.TypeOf<KernelLoadException>().With.Message.Contains("LoadKernel"));
    }

    private static void Use(int factor, ArrayView1D<float, Stride1D.Dense> target)
    {
    }

    private static void UseVolume(Index3D index, ArrayView<float> target) => target[index.X] = 1;

    private static void UseIndexed(Index1D index, ArrayView<float> target)
    {
    }

    private static void UseVectors(ArrayView<Vector4> source)
    {
    }

    private static void UseShared(ArrayView<float> target)
    {
        var shared = SharedMemory.Allocate<float>(128);
        shared[Group.IdxX] = 1;
        Group.Barrier();
        target[0] = shared[0];
    }

    private readonly record struct Vector4(float X, float Y, float Z, float W);
}
