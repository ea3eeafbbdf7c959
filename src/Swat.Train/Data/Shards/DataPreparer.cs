using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Swat.Model.IO;
using Swat.Model.Tokenizers;
using Swat.Train.Data.Readers;

namespace Swat.Train.Data.Shards;

/// <summary>
/// Turns files into a dataset, shard after shard, the index last. Documents are read by one thread and encoded by all. A shard that is up
/// to date is kept, so preparing again after an interruption does what was left.
/// </summary>
public sealed class DataPreparer
{
    private const string ShardSuffix = ".tokens";

    // Characters that are encoded in one go: enough to be worth a task, few enough that short files share the threads.
    private const int ChunkCharacters = 1 << 18;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly ITokenizer tokenizer;
    private readonly string folder;
    private readonly PreparationOptions options;
    private readonly Action<string> report;

    /// <param name="tokenizer">Makes the tokens; its files go into the folder.</param>
    /// <param name="folder">Where to; made if it does not exist.</param>
    /// <param name="options">How files become shards.</param>
    /// <param name="report">Takes a line for each shard.</param>
    public DataPreparer(ITokenizer tokenizer, string folder, PreparationOptions options, Action<string> report)
    {
        this.tokenizer = tokenizer;
        this.folder = folder;
        this.options = options;
        this.report = report;
    }

    /// <summary>Prepares every file.</summary>
    /// <exception cref="UserErrorException">The folder holds something else, a file cannot be read, or a record is malformed and not to be skipped.</exception>
    /// <exception cref="OperationCanceledException">Stopped; the shards that are complete stay.</exception>
    public PreparationSummary Prepare(IReadOnlyList<SourceFile> files, CancellationToken cancellation)
    {
        CheckFolder();
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, TokenDataset.IndexFile));
        tokenizer.Save(folder);
        var groups = Group(files);
        var results = new List<ShardResult>();
        foreach (var group in groups)
        {
            results.Add(PrepareShard(results.Count, group, cancellation));
            report($"{results.Count} of {groups.Count}: {results[^1].Describe()}");
        }

        var names = results.Where(result => result.Header.Tokens > 0).Select(result => result.Name).ToArray();
        if (names.Length == 0)
            throw new UserErrorException($"--data: none of the {files.Count} files ({files[0].Path}, ...) holds text. Name files of text, JSON lines or CSV.");
        AtomicFile.Write(Path.Combine(folder, TokenDataset.IndexFile), JsonSerializer.SerializeToUtf8Bytes(names, Indented));
        return new(
            names.Length,
            results.Sum(result => result.Header.Documents),
            results.Sum(result => result.Header.Tokens),
            results.Sum(result => result.Malformed),
            results.Where(result => !result.WasKept).Sum(result => result.Header.Source.Length));
    }

    private void CheckFolder()
    {
        if (!Directory.Exists(folder))
            return;
        var names = Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).ToArray();
        if (names.Length > 0 && !names.Any(name => name == TokenDataset.IndexFile || name.EndsWith(ShardSuffix, StringComparison.Ordinal)))
            throw new UserErrorException($"--out {folder} exists and holds something else. Choose another folder.");
    }

    private List<List<SourceFile>> Group(IReadOnlyList<SourceFile> files)
    {
        var groups = new List<List<SourceFile>>();
        var room = 0L;
        foreach (var file in files)
        {
            var length = new FileInfo(file.Path).Length;
            if (groups.Count == 0 || length > room)
            {
                groups.Add([]);
                room = options.ShardBytes;
            }

            groups[^1].Add(file);
            room -= length;
        }

        return groups;
    }

    private ShardResult PrepareShard(int index, List<SourceFile> files, CancellationToken cancellation)
    {
        var name = index.ToString("D5", CultureInfo.InvariantCulture) + ShardSuffix;
        var path = Path.Combine(folder, name);
        var source = ShardSource.Of(files.Select(file => file.Path), $"{options.Column} {options.SkipMalformed}");
        if (TokenShard.IsUpToDate(path, tokenizer.Fingerprint, source))
        {
            using var kept = TokenShard.Open(path);
            return new(name, files, kept.Header, Malformed: 0, WasKept: true, TimeSpan.Zero);
        }

        var started = Stopwatch.GetTimestamp();
        var reader = new CorpusReader(options.Column, options.SkipMalformed);
        using var shard = new ShardWriter(path, tokenizer, source);
        Encode(files.SelectMany(reader.Read), shard, cancellation);
        return new(name, files, shard.Complete(), reader.Malformed, WasKept: false, Stopwatch.GetElapsedTime(started));
    }

    private void Encode(IEnumerable<string> documents, ShardWriter shard, CancellationToken cancellation)
    {
        var pending = new Queue<Task<EncodedDocuments>>();
        foreach (var chunk in Chunks(documents))
        {
            cancellation.ThrowIfCancellationRequested();
            pending.Enqueue(Task.Run(() => new EncodedDocuments(tokenizer, chunk), cancellation));
            if (pending.Count > 2 * Environment.ProcessorCount)
                pending.Dequeue().GetAwaiter().GetResult().AddTo(shard);
        }

        while (pending.TryDequeue(out var last))
            last.GetAwaiter().GetResult().AddTo(shard);
    }

    private static IEnumerable<List<string>> Chunks(IEnumerable<string> documents)
    {
        var chunk = new List<string>();
        var characters = 0L;
        foreach (var document in documents)
        {
            chunk.Add(document);
            characters += document.Length;
            if (characters < ChunkCharacters)
                continue;
            yield return chunk;
            chunk = [];
            characters = 0;
        }

        if (chunk.Count > 0)
            yield return chunk;
    }
}
