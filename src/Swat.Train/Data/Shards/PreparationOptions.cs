namespace Swat.Train.Data.Shards;

/// <summary>How files become shards.</summary>
public sealed record PreparationOptions
{
    /// <summary>Field or column that holds the documents of JSON lines and CSV.</summary>
    public string Column { get; init; } = "text";

    /// <summary>Whether records that cannot be read are counted and left out; if not, the first one ends the work.</summary>
    public bool SkipMalformed { get; init; }

    /// <summary>Files are joined into one shard while they have fewer bytes together.</summary>
    public long ShardBytes { get; init; } = 64 << 20;
}
