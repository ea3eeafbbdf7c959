using Swat.Train.Training;

namespace Swat.Train.Data.Shards;

/// <summary>What became of the files of one shard.</summary>
/// <param name="Name">Name of the shard.</param>
/// <param name="Files">The files.</param>
/// <param name="Header">What the shard holds.</param>
/// <param name="Malformed">Records that were left out.</param>
/// <param name="WasKept">Whether the shard was there already.</param>
/// <param name="Time">Time it took.</param>
internal sealed record ShardResult(string Name, IReadOnlyList<SourceFile> Files, ShardHeader Header, int Malformed, bool WasKept, TimeSpan Time)
{
    public string Describe()
    {
        var from = Files.Count == 1 ? Files[0].Path : $"{Files[0].Path} and {Files.Count - 1:N0} more files";
        var what = $"{Name}  {from}: {ReportFormat.Count(Header.Documents)} documents, {ReportFormat.Count(Header.Tokens)} tokens";
        if (WasKept)
            return what + ", kept";
        var speed = FormattableString.Invariant($", {Header.Source.Length / 1e6 / Time.TotalSeconds:F1} MB/s");
        return what + speed + (Malformed > 0 ? $", {Malformed} malformed records left out" : "");
    }
}
