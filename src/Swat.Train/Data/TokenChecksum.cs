using System.Runtime.InteropServices;
using Swat.Train.Logging;

namespace Swat.Train.Data;

/// <summary>Tells whether two token sources hold the same tokens.</summary>
public static class TokenChecksum
{
    private const int Block = 1 << 16;

    /// <summary>CRC-32C over the tokens as 32-bit little-endian numbers.</summary>
    public static uint Compute(ITokenSource source)
    {
        var buffer = new int[Math.Min(Block, source.Length)];
        uint checksum = 0;
        for (long position = 0; position < source.Length; position += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, source.Length - position));
            source.Read(position, part);
            checksum = Crc32C.Append(checksum, MemoryMarshal.AsBytes(part));
        }

        return checksum;
    }
}
