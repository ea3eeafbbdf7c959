using System.Buffers.Binary;
using System.Numerics;

namespace Swat.Train.Logging;

/// <summary>The Castagnoli checksum (RFC 3720, appendix B.4), in the processor's own instruction where it has one.</summary>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of some data followed by <paramref name="data"/>, from the checksum of the former.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> data)
    {
        var state = ~checksum;
        while (data.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (var value in data)
            state = BitOperations.Crc32C(state, value);
        return ~state;
    }
}
