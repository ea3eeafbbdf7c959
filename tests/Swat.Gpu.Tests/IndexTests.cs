namespace Swat.Gpu.Tests;

public class IndexTests
{
    [Test]
    public void Indices_compute_by_coordinate()
    {
        var (x, y, z) = (new Index3D(7, 8, 9) - new Index3D(1, 2, 3)) * new Index3D(2) / new Index3D(3, 4, 6);

        Assert.That((x, y, z), Is.EqualTo((4, 3, 2)));
    }

    [Test]
    public void One_dimensional_indices_are_integers()
    {
        Index1D index = 5;
        LongIndex1D wide = index;
        int back = index;

        Assert.Multiple(() =>
        {
            Assert.That(index + 2, Is.EqualTo(new Index1D(7)));
            Assert.That((long)wide, Is.EqualTo(5L));
            Assert.That(back, Is.EqualTo(5));
            Assert.That(index < 6);
        });
    }

    [Test]
    public void Sizes_multiply()
    {
        Index2D index = (100_000, 100_000);

        Assert.Multiple(() =>
        {
            Assert.That(index.LongSize, Is.EqualTo(10_000_000_000));
            Assert.That(new Index3D(2, 3, 4).Size, Is.EqualTo(24));
            Assert.That(new Index3D(new Index2D(2, 3), 4).YZ, Is.EqualTo(new Index2D(3, 4)));
        });
    }

    [Test]
    public void Bounds_exclude_the_extent()
    {
        var extent = new Index2D(3, 4);

        Assert.Multiple(() =>
        {
            Assert.That(new Index2D(2, 3).InBounds(extent));
            Assert.That(new Index2D(3, 3).InBounds(extent), Is.False);
            Assert.That(new Index2D(3, 4).InBoundsInclusive(extent));
            Assert.That(new Index2D(-1, 0).InBounds(extent), Is.False);
        });
    }

    [Test]
    public void Configurations_convert_from_tuples()
    {
        KernelConfig config = (10, 64);
        KernelConfig withShared = (10, 64, SharedMemoryConfig.RequestDynamic<float>(100));

        Assert.Multiple(() =>
        {
            Assert.That(config.Size, Is.EqualTo(640));
            Assert.That(config.IsValid);
            Assert.That(withShared.SharedMemoryConfig.ArraySize, Is.EqualTo(400));
            Assert.That(((KernelConfig)(new Index2D(2, 3), new Index2D(4, 5))).Size, Is.EqualTo(120));
        });
    }
}
