using Swat.Train.Training;

namespace Swat.Train.Data.Shards;

/// <summary>What became of one file.</summary>
/// <param name="Name">Name of the shard.</param>
/// <param name="File">The file.</param>
/// <param name="Header">What the shard holds.</param>
/// <param name="Malformed">Records that were left out.</param>
/// <param name="WasKept">Whether the shard was there already.</param>
/// <param name="Time">Time it took.</param>
internal sealed record ShardResult(string Name, string File, ShardHeader Header, int Malformed, bool WasKept, TimeSpan Time)
{
    public string Describe()
    {
        var what = $"{Name}  {File}: {ReportFormat.Count(Header.Documents)} documents, {ReportFormat.Count(Header.Tokens)} tokens";
        if (WasKept)
            return what + ", kept";
        var speed = FormattableString.Invariant($", {Header.Source.Length / 1e6 / Time.TotalSeconds:F1} MB/s");
        return what + speed + (Malformed > 0 ? $", {Malformed} malformed records left out" : "");
    }
}
