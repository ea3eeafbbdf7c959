using Swat.Model.IO;
using Swat.Model.Tests.Support;

namespace Swat.Model.Tests.IO;

public sealed class DurableFolderTests
{
    [Test]
    public void Flushing_leaves_files_as_they_are_and_no_descriptor_open()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("file");
        AtomicFile.Write(file, new byte[] { 1, 2, 3 });
        for (int i = 0; i < 100; i++)
            DurableFolder.Flush(folder.Path);
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(Directory.GetFiles(folder.Path), Is.EqualTo(new[] { file }));
        if (OperatingSystem.IsLinux())
            Assert.That(Directory.GetFileSystemEntries("/proc/self/fd").Select(entry => new FileInfo(entry).LinkTarget), Has.None.EqualTo(folder.Path));
    }

    [Test]
    public void A_folder_that_is_missing_is_no_error() =>
        Assert.That(() => DurableFolder.Flush(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"))), Throws.Nothing);
}
