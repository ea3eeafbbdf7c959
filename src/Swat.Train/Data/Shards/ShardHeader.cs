using System.Buffers.Binary;
using Swat.Model;
using Swat.Train.Logging;

namespace Swat.Train.Data.Shards;

/// <summary>
/// The first 96 bytes of a token shard, little-endian: magic "SWATTOK\0", version (u32), bytes of a token (u32: 2 or 4), tokens (i64),
/// documents (i64), the tokenizer's fingerprint (32 bytes), CRC-32C of the tokens and of the document starts (u32 each), what it was
/// made from (i64, i64, u32), and CRC-32C of all before. Behind it lie the tokens, zeros up to a multiple of 8, and the start of each document (i64).
/// </summary>
/// <param name="TokenBytes">2 or 4.</param>
/// <param name="Tokens">Tokens of the shard.</param>
/// <param name="Documents">Documents of the shard.</param>
/// <param name="Fingerprint">The tokenizer's, 64 hexadecimal digits.</param>
/// <param name="TokenChecksum">CRC-32C of the tokens' bytes.</param>
/// <param name="DocumentChecksum">CRC-32C of the document starts' bytes.</param>
/// <param name="Source">What it was made from.</param>
public sealed record ShardHeader(
    int TokenBytes, long Tokens, long Documents, string Fingerprint, uint TokenChecksum, uint DocumentChecksum, ShardSource Source)
{
    public const int Length = 96;

    private const uint Version = 1;
    private const int FingerprintOffset = 32;
    private const int FingerprintBytes = 32;
    private const int ChecksumOffset = 92;

    private static ReadOnlySpan<byte> Magic => "SWATTOK\0"u8;

    /// <summary>Where the document starts begin.</summary>
    public long DocumentOffset => (Length + Tokens * TokenBytes + 7) / 8 * 8;

    /// <summary>Bytes of the whole file.</summary>
    public long FileLength => DocumentOffset + Documents * sizeof(long);

    /// <param name="bytes">At least <see cref="Length"/>.</param>
    public void Write(Span<byte> bytes)
    {
        bytes[..Length].Clear();
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], TokenBytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Tokens);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Documents);
        Convert.FromHexString(Fingerprint).CopyTo(bytes[FingerprintOffset..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[64..], TokenChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[68..], DocumentChecksum);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[72..], Source.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[80..], Source.Time);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[88..], Source.Key);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumOffset..], Crc32C.Compute(bytes[..ChecksumOffset]));
    }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="bytes">The first bytes of the file, all of them if it is shorter than a header.</param>
    /// <param name="fileLength">Bytes of the file, which the header must account for exactly.</param>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="ModelFormatException">Not a shard, of another version, damaged, or cut short.</exception>
    public static ShardHeader Read(ReadOnlySpan<byte> bytes, long fileLength, string path)
    {
        if (bytes.Length < Length || !bytes.StartsWith(Magic))
            throw new ModelFormatException(path, "not a token shard; prepare it again with `swat prepare`");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) != Crc32C.Compute(bytes[..ChecksumOffset]))
            throw new ModelFormatException(path, "the shard's header is damaged; prepare it again with `swat prepare`");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) is var version and not Version)
            throw new ModelFormatException(path, $"a shard of version {version}, and this program reads version {Version}");
        var header = new ShardHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            Convert.ToHexStringLower(bytes.Slice(FingerprintOffset, FingerprintBytes)),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[64..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[68..]),
            new ShardSource(
                BinaryPrimitives.ReadInt64LittleEndian(bytes[72..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[80..]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[88..])));
        var isPossible = header.TokenBytes is sizeof(ushort) or sizeof(int)
            && header.Tokens >= 0 && header.Tokens <= fileLength
            && header.Documents >= 0 && header.Documents <= fileLength;
        if (!isPossible || header.FileLength != fileLength)
            throw new ModelFormatException(path, $"the file has {fileLength:N0} bytes, and its header needs another number: it is cut short or damaged; prepare it again with `swat prepare`");
        return header;
    }
}
