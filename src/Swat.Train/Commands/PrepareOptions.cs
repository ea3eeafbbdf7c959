using Swat.Train.Settings;

namespace Swat.Train.Commands;

/// <summary>Every option of <c>swat prepare</c>.</summary>
public sealed record PrepareOptions
{
    [Setting("Text, Markdown, source, JSON lines (.jsonl, .json) or CSV, each plain or .gz: a file, a folder or a glob; repeatable.", ValueName = "PATH", DefaultMeaning = "required")]
    public string[] Data { get; init; } = [];

    [Setting("Folder of the shards; shards in it that are up to date are kept.", ValueName = "DIR", DefaultMeaning = "required")]
    public string? Out { get; init; }

    [Setting("Tokenizer: bytes, a tokenizer.json, a SentencePiece .model, or a checkpoint's folder.", ValueName = "PATH")]
    public string Tokenizer { get; init; } = "bytes";

    [Setting("Field of JSON lines, or column of CSV, that holds the documents.", ValueName = "NAME")]
    public string Column { get; init; } = "text";

    [Setting("Files are joined into one shard while they have fewer MiB together; 0 gives each file its own.", ValueName = "MIB", Minimum = 0, Maximum = 1e6)]
    public int ShardSize { get; init; } = 64;

    [Setting("Count records that cannot be read and leave them out, instead of stopping at the first.")]
    public bool SkipMalformed { get; init; }
}
