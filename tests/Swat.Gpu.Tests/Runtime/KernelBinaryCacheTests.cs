namespace Swat.Gpu.Tests.Runtime;

public class KernelBinaryCacheTests
{
    private string directory = "";

    [SetUp]
    public void MakeDirectory() => directory = Path.Combine(Path.GetTempPath(), $"swat-kernels-{Guid.NewGuid():N}");

    [TearDown]
    public void RemoveDirectory()
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    [Test]
    public void A_binary_is_found_under_its_key_alone()
    {
        new KernelBinaryCache(directory).Store([1, 2, 3], "ptx", "source", "driver 1");
        var cache = new KernelBinaryCache(directory);

        Assert.Multiple(() =>
        {
            Assert.That(cache.Find("ptx", "source", "driver 1"), Is.EqualTo(new byte[] { 1, 2, 3 }));
            Assert.That(cache.Find("ptx", "source", "driver 2"), Is.Null);
            Assert.That(cache.Find("ptxs", "ource", "driver 1"), Is.Null);
        });
    }

    [Test]
    public void A_damaged_file_counts_as_absent()
    {
        var cache = new KernelBinaryCache(directory);
        cache.Store([1, 2, 3], "key");
        var file = Directory.GetFiles(directory).Single();
        var content = File.ReadAllBytes(file);
        content[^1] ^= 1;
        File.WriteAllBytes(file, content);
        Assert.That(cache.Find("key"), Is.Null);

        cache.Store([4], "key");

        Assert.That(cache.Find("key"), Is.EqualTo(new byte[] { 4 }));
    }

    [Test]
    public void A_directory_that_cannot_be_made_costs_nothing_but_time()
    {
        File.WriteAllText(directory, "");
        try
        {
            var cache = new KernelBinaryCache(directory);

            cache.Store([1], "key");

            Assert.That(cache.Find("key"), Is.Null);
        }
        finally
        {
            File.Delete(directory);
        }
    }

    [Test]
    public void Without_a_directory_nothing_is_kept()
    {
        var cache = new KernelBinaryCache(null);

        cache.Store([1], "key");

        Assert.That((cache.Find("key"), cache.IsEnabled), Is.EqualTo(((byte[]?)null, false)));
    }
}
