using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Swat.Model.IO;
using Swat.Model.Tokenizers;
using Swat.Train.Data.Readers;

namespace Swat.Train.Data.Shards;

/// <summary>
/// Turns files into a dataset: a shard for each file, several files at a time, the index last. A shard that is up to date is kept, so
/// preparing again after an interruption does what was left.
/// </summary>
public sealed class DataPreparer
{
    private const string ShardSuffix = ".tokens";

    private readonly ITokenizer tokenizer;
    private readonly string folder;
    private readonly string column;
    private readonly bool skipMalformed;
    private readonly Action<string> report;

    /// <param name="tokenizer">Makes the tokens; its files go into the folder.</param>
    /// <param name="folder">Where to; made if it does not exist.</param>
    /// <param name="column">Field or column that holds the documents of JSON lines and CSV.</param>
    /// <param name="skipMalformed">Whether records that cannot be read are counted and left out; if not, the first one ends the work.</param>
    /// <param name="report">Takes a line for each shard; called by one thread at a time.</param>
    public DataPreparer(ITokenizer tokenizer, string folder, string column, bool skipMalformed, Action<string> report)
    {
        this.tokenizer = tokenizer;
        this.folder = folder;
        this.column = column;
        this.skipMalformed = skipMalformed;
        this.report = report;
    }

    /// <summary>Prepares every file.</summary>
    /// <exception cref="UserErrorException">The folder holds something else, a file cannot be read, or a record is malformed and not to be skipped.</exception>
    /// <exception cref="OperationCanceledException">Stopped; the shards that are complete stay.</exception>
    public PreparationSummary Prepare(IReadOnlyList<string> files, CancellationToken cancellation)
    {
        CheckFolder();
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, TokenDataset.IndexFile));
        tokenizer.Save(folder);
        var results = new ShardResult[files.Count];
        var gate = new Lock();
        try
        {
            Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
            {
                results[i] = PrepareFile(i, files[i], cancellation);
                lock (gate)
                    report(results[i].Describe());
            });
        }
        catch (AggregateException exception)
        {
            throw exception.InnerExceptions.OfType<UserErrorException>().FirstOrDefault() ?? exception.InnerExceptions[0];
        }

        var names = results.Where(result => result.Header.Tokens > 0).Select(result => result.Name).ToArray();
        if (names.Length == 0)
            throw new UserErrorException("There is no text in the data.");
        AtomicFile.Write(Path.Combine(folder, TokenDataset.IndexFile), JsonSerializer.SerializeToUtf8Bytes(names, new JsonSerializerOptions { WriteIndented = true }));
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

    private ShardResult PrepareFile(int index, string file, CancellationToken cancellation)
    {
        var name = index.ToString("D5", CultureInfo.InvariantCulture) + ShardSuffix;
        var path = Path.Combine(folder, name);
        var source = ShardSource.Of(file, $"{column} {skipMalformed}");
        if (TokenShard.IsUpToDate(path, tokenizer.Fingerprint, source))
        {
            using var kept = TokenShard.Open(path);
            return new(name, file, kept.Header, Malformed: 0, WasKept: true, TimeSpan.Zero);
        }

        var started = Stopwatch.GetTimestamp();
        var malformed = 0;
        using var shard = new ShardWriter(path, tokenizer, source);
        var ids = new List<int>();
        foreach (var document in DocumentReaders.Read(file, column, CountMalformed))
        {
            cancellation.ThrowIfCancellationRequested();
            if (document.Length == 0)
                continue;
            ids.Clear();
            tokenizer.Encode(Encoding.UTF8.GetBytes(document), ids);
            if (tokenizer.EosTokenId is { } end)
                ids.Add(end);
            shard.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids));
        }

        return new(name, file, shard.Complete(), malformed, WasKept: false, Stopwatch.GetElapsedTime(started));

        void CountMalformed(string problem)
        {
            if (!skipMalformed)
                throw new UserErrorException($"{problem}. Mend it, or leave such records out with --skip-malformed.");
            malformed++;
        }
    }
}
