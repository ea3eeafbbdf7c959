using System.CommandLine;
using System.Diagnostics;
using Swat.Bench.Reporting;
using Swat.Model.Tokenizers;
using Swat.Train.Data;
using Swat.Train.Data.Readers;
using Swat.Train.Data.Shards;

namespace Swat.Bench.Data;

/// <summary>How fast text becomes tokens on one thread, and how fast shards become batches for a consumer that does nothing.</summary>
internal sealed class DataBenchmark : IBenchmark
{
    private const int ShardTokens = 1 << 26;
    private const int Sequences = 8;
    private const int Length = 4096;
    private const int Steps = 1000;

    private readonly Option<string[]> tokenizers = new("--tokenizer")
    {
        Description = "tokenizer.json, SentencePiece .model or bytes; repeatable.",
        DefaultValueFactory = _ => [TokenizerLoader.Bytes],
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> texts = new("--text")
    {
        Description = "Text to encode: files, folders or globs; this project's own source if not given.",
        DefaultValueFactory = _ => [],
        AllowMultipleArgumentsPerToken = true,
    };

    public string Name => "data";

    public string Description => "Measures tokenizers and the loading of batches.";

    public IReadOnlyList<Option> Options => [tokenizers, texts];

    public IEnumerable<BenchRow> Run(BenchRun run)
    {
        var documents = TextSources.Read(run.Arguments.GetValue(texts)!, new CorpusReader("text", skipMalformed: true), AppContext.BaseDirectory, Directory.GetCurrentDirectory());
        var utf8 = documents.Select(document => System.Text.Encoding.UTF8.GetBytes(document.Text)).ToArray();
        foreach (var location in run.Arguments.GetValue(tokenizers)!.Where(location => run.Wants("encode " + location)))
        {
            var tokenizer = TokenizerLoader.Load(location);
            var ids = new List<int>();
            yield return Encode($"encode {Path.GetFileName(location)}, first pass", tokenizer, utf8, ids);
            yield return Encode($"encode {Path.GetFileName(location)}, again", tokenizer, utf8, ids);
            yield return Decode($"decode {Path.GetFileName(location)}", tokenizer, ids);
        }

        if (run.Wants("load batches"))
            yield return LoadBatches();
    }

    private static BenchRow Encode(string name, ITokenizer tokenizer, byte[][] texts, List<int> ids)
    {
        ids.Clear();
        var started = Stopwatch.GetTimestamp();
        foreach (var text in texts)
            tokenizer.Encode(text, ids);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var bytes = texts.Sum(text => (long)text.Length);
        return new(name, seconds, bytes / 1e6 / seconds, "MB/s", FormattableString.Invariant($"{bytes / 1e6:F1} MB, {ids.Count / seconds / 1e6:F2} M tokens/s, one thread"));
    }

    private static BenchRow Decode(string name, ITokenizer tokenizer, List<int> ids)
    {
        var started = Stopwatch.GetTimestamp();
        var decoder = tokenizer.CreateDecoder();
        long characters = 0;
        foreach (var id in ids)
            characters += decoder.Add(id).Length;
        characters += decoder.Finish().Length;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new(name, seconds, ids.Count / 1e6 / seconds, "M tok/s", FormattableString.Invariant($"{characters / 1e6:F1} M characters, token by token"));
    }

    private static BenchRow LoadBatches()
    {
        var folder = Directory.CreateTempSubdirectory("swat-bench-").FullName;
        try
        {
            var path = Path.Combine(folder, "shard.tokens");
            WriteShard(path);
            using var shard = TokenShard.Open(path);
            using var loader = new BatchLoader(new ShuffledSequences(shard, Length, seed: 1), Sequences, batchesPerStep: 1, position: 0, separatesDocuments: true);
            loader.Next();
            var started = Stopwatch.GetTimestamp();
            for (var step = 0; step < Steps; step++)
                loader.Next();
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var tokens = (double)Steps * Sequences * Length;
            return new("load batches", seconds / Steps, tokens / seconds / 1e6, "M tok/s", $"{Sequences} x {Length} tokens a batch from a memory-mapped shard of {ShardTokens >> 20} Mi tokens");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteShard(string path)
    {
        const int DocumentLength = 1 << 10;
        using var writer = new ShardWriter(path, TokenizerLoader.Load(TokenizerLoader.Bytes), default);
        var document = new int[DocumentLength];
        for (var i = 0; i < ShardTokens / DocumentLength; i++)
        {
            Array.Fill(document, i & 0xFF);
            writer.Add(document);
        }

        writer.Complete();
    }
}
