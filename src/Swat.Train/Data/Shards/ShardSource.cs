using System.Text;
using Swat.Train.Logging;

namespace Swat.Train.Data.Shards;

/// <summary>What a shard was made from, so that preparing again passes over shards that are up to date.</summary>
/// <param name="Length">Bytes of the files.</param>
/// <param name="Time">When the one changed last was changed, in ticks of UTC.</param>
/// <param name="Key">CRC-32C of their full paths, lengths and times, and of how they were read.</param>
public readonly record struct ShardSource(long Length, long Time, uint Key)
{
    /// <summary>Describes files.</summary>
    /// <param name="files">The files.</param>
    /// <param name="reading">Everything else that decides which documents come out of them.</param>
    public static ShardSource Of(IEnumerable<string> files, string reading)
    {
        var source = new ShardSource(0, 0, Crc32C.Compute(Encoding.UTF8.GetBytes(reading)));
        foreach (var info in files.Select(path => new FileInfo(path)))
        {
            var time = info.LastWriteTimeUtc.Ticks;
            var key = Crc32C.Append(source.Key, Encoding.UTF8.GetBytes($"\0{info.FullName}\0{info.Length}\0{time}"));
            source = new(source.Length + info.Length, Math.Max(source.Time, time), key);
        }

        return source;
    }
}
