using System.Runtime.InteropServices;

namespace Swat.Model.IO;

/// <summary>Makes the names in a folder outlast a loss of power, as flushing a file does its content.</summary>
public static partial class DurableFolder
{
    /// <summary>
    /// Flushes the folder itself to the disk: files that were created, renamed or deleted there stay so. Does nothing on Windows, whose file
    /// systems keep a journal of names, and where the system cannot do it.
    /// </summary>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        try
        {
            int descriptor = Open(path, flags: 0);
            if (descriptor < 0)
                return;
            _ = Synchronize(descriptor);
            _ = Close(descriptor);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system without this C library: its files are written all the same.
        }
    }

    /// <summary>Gives a file, whose content is on the disk, its name for good; what had the name before is replaced.</summary>
    /// <param name="temporary">The file, in the folder of <paramref name="path"/>.</param>
    /// <param name="path">Its name from now on.</param>
    public static void Rename(string temporary, string path)
    {
        File.Move(temporary, path, overwrite: true);
        Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    // open(2) with O_RDONLY, fsync(2) and close(2): .NET opens no folders.
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
