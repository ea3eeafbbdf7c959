using System.Security.Cryptography;
using System.Text;

namespace Swat.Gpu.Runtime;

/// <summary>
/// Keeps what drivers made of kernels for later processes. The key is everything the binary depends on: the source that the back end
/// wrote (which follows from the kernel's IL and the options), the driver's options, the device and the driver's version. A file is the
/// SHA-256 of its content and the content; one that does not match, or cannot be read or written, counts as absent.
/// </summary>
internal sealed class KernelBinaryCache
{
    private const string Extension = ".kernel";

    private readonly string? directory;

    /// <param name="directory">Created when needed; null keeps nothing.</param>
    public KernelBinaryCache(string? directory) => this.directory = directory;

    public bool IsEnabled => directory is not null;

    /// <summary>The binary for this key, or null.</summary>
    /// <param name="keyParts">Target, source, driver options, device, driver version: in the same order as for <see cref="Store"/>.</param>
    public byte[]? Find(params ReadOnlySpan<string> keyParts)
    {
        if (directory is null)
            return null;
        try
        {
            var path = PathOf(keyParts);
            if (!File.Exists(path))
                return null;
            var file = File.ReadAllBytes(path);
            if (file.Length < SHA256.HashSizeInBytes)
                return null;
            var content = file.AsSpan(SHA256.HashSizeInBytes);
            return SHA256.HashData(content).AsSpan().SequenceEqual(file.AsSpan(0, SHA256.HashSizeInBytes)) ? content.ToArray() : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a binary; written to a temporary name first, so that no reader sees half of it.</summary>
    public void Store(ReadOnlySpan<byte> binary, params ReadOnlySpan<string> keyParts)
    {
        if (directory is null)
            return;
        try
        {
            Directory.CreateDirectory(directory);
            var path = PathOf(keyParts);
            var temporary = $"{path}.{Guid.NewGuid():N}";
            using (var file = File.Create(temporary))
            {
                file.Write(SHA256.HashData(binary));
                file.Write(binary);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written costs compile time, nothing else.
        }
    }

    private string PathOf(ReadOnlySpan<string> keyParts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in keyParts)
        {
            // The length in front keeps different divisions of the same text apart.
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(Encoding.UTF8.GetBytes(part));
        }
        return Path.Combine(directory!, Convert.ToHexStringLower(hash.GetHashAndReset()) + Extension);
    }
}
