using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Swat.Model;
using Swat.Train.Logging;

namespace Swat.Train.Data.Shards;

/// <summary>A token shard, memory-mapped: nothing is read until it is used.</summary>
public sealed unsafe class TokenShard : ITokenSource, IDisposable
{
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* start;

    private TokenShard(string path, ShardHeader header, MemoryMappedFile map)
    {
        this.map = map;
        Path = path;
        Header = header;
        view = map.CreateViewAccessor(0, header.FileLength, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        start = pointer + view.PointerOffset;
        DocumentStarts = ReadDocumentStarts();
    }

    public string Path { get; }

    public ShardHeader Header { get; }

    public long Length => Header.Tokens;

    public IReadOnlyList<long> DocumentStarts { get; }

    public uint Checksum => Header.TokenChecksum;

    /// <summary>Maps a shard and checks its header against its length, not its tokens against their checksum.</summary>
    /// <exception cref="ModelFormatException">Not a shard, damaged, or cut short.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static TokenShard Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var header = ReadHeader(stream, path);
        var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        return new TokenShard(path, header, map);
    }

    /// <summary>Whether the file is a shard made from this source with this tokenizer, whose content has the checksums of its header.</summary>
    public static bool IsUpToDate(string path, string fingerprint, ShardSource source)
    {
        if (!File.Exists(path))
            return false;
        try
        {
            using var shard = Open(path);
            return shard.Header.Fingerprint == fingerprint && shard.Header.Source == source
                && shard.ChecksumOf(ShardHeader.Length, shard.Length * shard.Header.TokenBytes) == shard.Header.TokenChecksum
                && shard.ChecksumOf(shard.Header.DocumentOffset, shard.Header.Documents * sizeof(long)) == shard.Header.DocumentChecksum;
        }
        catch (ModelFormatException)
        {
            return false;
        }
    }

    public void Read(long position, Span<int> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, Length - destination.Length);
        var first = start + ShardHeader.Length + position * Header.TokenBytes;
        if (Header.TokenBytes == sizeof(int))
        {
            new ReadOnlySpan<int>(first, destination.Length).CopyTo(destination);
            return;
        }

        var source = new ReadOnlySpan<ushort>(first, destination.Length);
        for (var i = 0; i < source.Length; i++)
            destination[i] = source[i];
    }

    /// <summary>Unmaps the file; the shard is not used afterwards.</summary>
    public void Dispose()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
    }

    private static ShardHeader ReadHeader(FileStream stream, string path)
    {
        Span<byte> bytes = stackalloc byte[ShardHeader.Length];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return ShardHeader.Read(bytes[..read], stream.Length, path);
    }

    private long[] ReadDocumentStarts()
    {
        var starts = new long[Header.Documents];
        new ReadOnlySpan<byte>(start + Header.DocumentOffset, checked((int)(Header.Documents * sizeof(long)))).CopyTo(MemoryMarshal.AsBytes(starts.AsSpan()));
        return starts;
    }

    private uint ChecksumOf(long offset, long length)
    {
        const int Block = 1 << 20;
        uint checksum = 0;
        for (long done = 0; done < length; done += Block)
            checksum = Crc32C.Append(checksum, new ReadOnlySpan<byte>(start + offset + done, (int)Math.Min(Block, length - done)));
        return checksum;
    }
}
