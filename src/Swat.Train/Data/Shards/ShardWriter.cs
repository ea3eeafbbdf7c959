using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Swat.Model.IO;
using Swat.Model.Tokenizers;
using Swat.Train.Logging;

namespace Swat.Train.Data.Shards;

/// <summary>Writes a token shard to a temporary name; <see cref="Complete"/> gives it its own.</summary>
public sealed class ShardWriter : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly string path;
    private readonly string temporary;
    private readonly ITokenizer tokenizer;
    private readonly ShardSource source;
    private readonly FileStream file;
    private readonly int tokenBytes;
    private readonly List<long> starts = [];
    private byte[] buffer = [];
    private long tokens;
    private uint checksum;
    private bool isComplete;

    /// <param name="path">The shard; an older one is replaced when this one is complete.</param>
    /// <param name="tokenizer">Gives the size of a token and the fingerprint.</param>
    /// <param name="source">What the documents come from.</param>
    public ShardWriter(string path, ITokenizer tokenizer, ShardSource source)
    {
        this.source = source;
        this.path = path;
        this.tokenizer = tokenizer;
        temporary = path + ".writing";
        tokenBytes = tokenizer.VocabularySize <= ushort.MaxValue + 1 ? sizeof(ushort) : sizeof(int);
        file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);
        file.Write(new byte[ShardHeader.Length]);
    }

    /// <summary>Appends a document.</summary>
    /// <param name="ids">Its tokens, the one that ends a text included.</param>
    public void Add(ReadOnlySpan<int> ids)
    {
        starts.Add(tokens);
        tokens += ids.Length;
        var length = ids.Length * tokenBytes;
        if (buffer.Length < length)
            buffer = new byte[Math.Max(length, 2 * buffer.Length)];
        for (var i = 0; i < ids.Length; i++)
        {
            if (tokenBytes == sizeof(ushort))
                BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(i * sizeof(ushort)), (ushort)ids[i]);
            else
                BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(i * sizeof(int)), ids[i]);
        }

        checksum = Crc32C.Append(checksum, buffer.AsSpan(0, length));
        file.Write(buffer.AsSpan(0, length));
    }

    /// <summary>Writes the rest and the header, and renames the file once it is on the disk.</summary>
    public ShardHeader Complete()
    {
        var documents = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(starts));
        var header = new ShardHeader(tokenBytes, tokens, starts.Count, tokenizer.Fingerprint, checksum, Crc32C.Compute(documents), source);
        file.Write(new byte[header.DocumentOffset - file.Position]);
        file.Write(documents);
        Span<byte> bytes = stackalloc byte[ShardHeader.Length];
        header.Write(bytes);
        file.Position = 0;
        file.Write(bytes);
        file.Flush(flushToDisk: true);
        file.Dispose();
        DurableFolder.Rename(temporary, path);
        isComplete = true;
        return header;
    }

    public void Dispose()
    {
        file.Dispose();
        if (!isComplete)
            File.Delete(temporary);
    }
}
