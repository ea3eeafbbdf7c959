using System.Text;
using Swat.Train.Logging;

namespace Swat.Train.Data.Shards;

/// <summary>What a shard was made from, so that preparing again passes over shards that are up to date.</summary>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Time">When it was last changed, in ticks of UTC.</param>
/// <param name="Key">CRC-32C of its full path and of how it was read.</param>
public readonly record struct ShardSource(long Length, long Time, uint Key)
{
    /// <summary>Describes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reading">Everything else that decides which documents come out of it.</param>
    public static ShardSource Of(string path, string reading)
    {
        var info = new FileInfo(path);
        return new(info.Length, info.LastWriteTimeUtc.Ticks, Crc32C.Compute(Encoding.UTF8.GetBytes($"{info.FullName}\0{reading}")));
    }
}
