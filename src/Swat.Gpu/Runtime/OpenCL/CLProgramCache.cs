using System.Security.Cryptography;
using System.Text;

namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>Programs' binaries on disk, keyed by source, build options, device and driver. A file that cannot be used is no file.</summary>
internal sealed class CLProgramCache(CLDevice device, string? directory)
{
    public byte[]? Find(string source, string options)
    {
        if (directory is null)
            return null;
        try
        {
            return File.ReadAllBytes(PathOf(source, options));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Store(string source, string options, byte[] binary)
    {
        if (directory is null || binary.Length == 0)
            return;
        try
        {
            Directory.CreateDirectory(directory);
            var temporary = Path.Combine(directory, Path.GetRandomFileName());
            File.WriteAllBytes(temporary, binary);
            File.Move(temporary, PathOf(source, options), overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The kernel runs without its copy on disk.
        }
    }

    private string PathOf(string source, string options)
    {
        var key = string.Join('\0', source, options, device.PlatformName, device.Name, device.Version, device.DriverVersion);
        return Path.Combine(directory!, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))) + ".clbin");
    }
}
