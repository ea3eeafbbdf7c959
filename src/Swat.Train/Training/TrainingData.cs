using System.Text;
using Swat.Model.Tokenizers;
using Swat.Tensors;
using Swat.Train.Data;
using Swat.Train.Data.Readers;
using Swat.Train.Data.Shards;
using Swat.Train.Logging;

namespace Swat.Train.Training;

/// <summary>
/// The tokens of a run: prepared data is mapped as it is; other text is tokenized in memory where it is small, and else prepared into a cache,
/// where the next run with the same files finds it.
/// </summary>
public sealed class TrainingData : IDisposable
{
    /// <summary>Bytes of text up to which tokenizing again is quicker than keeping shards.</summary>
    private const long LargestInMemory = 32 << 20;

    private readonly TrainOptions options;
    private readonly Action<string> report;
    private readonly Dictionary<string, TokenDataset> datasets = [];
    private readonly List<TokenSplit> splits = [];
    private readonly List<IDisposable> opened = [];

    private TrainingData(TrainOptions options, Action<string> report)
    {
        this.options = options;
        this.report = report;
    }

    /// <summary>The tokenizer of the prepared data; null where there is none.</summary>
    public ITokenizer? Tokenizer => datasets.Values.FirstOrDefault()?.Tokenizer;

    /// <summary>Everything that is trained on.</summary>
    public ITokenSource Training => Join(splits.Select(split => split.Training))!;

    /// <summary>What validations measure on; null without.</summary>
    public ITokenSource? Validation { get; private set; }

    /// <summary>What the end of the run is measured on; null without.</summary>
    public ITokenSource? Test { get; private set; }

    /// <summary>Opens the prepared data that the options name.</summary>
    /// <exception cref="UserErrorException">Options that contradict each other, or prepared data of several tokenizers.</exception>
    /// <exception cref="Model.ModelFormatException">Prepared data is damaged.</exception>
    public static TrainingData Open(TrainOptions options, Action<string> report)
    {
        if (options.Weights.Length > 0 && options.Weights.Length != options.Data.Length)
            throw new UserErrorException($"--weights has {options.Weights.Length} numbers for {options.Data.Length} --data; give one for each.");
        var data = new TrainingData(options, report);
        try
        {
            foreach (var path in options.Data.Concat(options.ValidationData).Concat(options.TestData).Where(TokenDataset.IsDataset).Distinct())
                data.OpenDataset(path);
            return data;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>Reads the text and splits it.</summary>
    /// <exception cref="UserErrorException">Text that is missing, cannot be read or is too short.</exception>
    public void Read(TrainingSetup setup, CancellationToken cancellation)
    {
        var length = setup.Plan.Length;
        var validationFraction = options.ValidationData.Length > 0 ? 0 : options.ValidationFraction;
        var testFraction = options.TestData.Length > 0 ? 0 : options.TestFraction;
        // With weights each source is split on its own; without, they are one text.
        var sources = Weights is null ? [ReadSource(options.Data)] : options.Data.Select(path => ReadSource([path])).ToArray();
        splits.AddRange(sources.Select(source => TokenSplit.Create(source, validationFraction, testFraction, length)));
        Validation = options.ValidationData.Length > 0 ? ReadSource(options.ValidationData) : Join(splits.Select(split => split.Validation));
        Test = options.TestData.Length > 0 ? ReadSource(options.TestData) : Join(splits.Select(split => split.Test));
        foreach (var (source, option) in ((ITokenSource?, string)[])[(Validation, "--validation-data"), (Test, "--test-data")])
        {
            if (source is not null && source.Length < length + 1L)
                throw new UserErrorException($"{option} has {source.Length:N0} tokens, and one sequence takes {length + 1L:N0}.");
        }

        ITokenSource ReadSource(IReadOnlyList<string> paths) => this.ReadSource(paths, setup.Tokenizer, cancellation);
    }

    /// <summary>The sequences to train on, in their order.</summary>
    /// <param name="length">Tokens in a sequence.</param>
    public ISequenceOrder Sequences(int length)
    {
        var orders = splits.Select(split => new ShuffledSequences(split.Training, length, options.Seed)).ToArray();
        return Weights is null ? orders[0] : new WeightedSequences(orders, Weights, options.Seed);
    }

    public void Dispose() => opened.ForEach(dataset => dataset.Dispose());

    private double[]? Weights => options.Weights.Length > 0 ? options.Weights : null;

    private static ITokenSource? Join(IEnumerable<ITokenSource?> parts) => parts.OfType<ITokenSource>().ToArray() switch
    {
        [] => null,
        [var single] => single,
        var several => new JoinedTokens(several),
    };

    private void OpenDataset(string path)
    {
        var dataset = TokenDataset.Open(path);
        opened.Add(dataset);
        if (Tokenizer is { } tokenizer && tokenizer.Fingerprint != dataset.Tokenizer.Fingerprint)
            throw new UserErrorException($"{path} was prepared with another tokenizer than {datasets.First().Key}. Prepare both with one.");
        datasets.Add(path, dataset);
    }

    private ITokenSource ReadSource(IReadOnlyList<string> paths, ITokenizer tokenizer, CancellationToken cancellation)
    {
        if (!paths.Any(datasets.ContainsKey))
            return ReadText(paths, tokenizer, cancellation);
        return Join(paths.Select(path => datasets.TryGetValue(path, out var dataset) ? dataset : ReadText([path], tokenizer, cancellation)))!;
    }

    private ITokenSource ReadText(IReadOnlyList<string> paths, ITokenizer tokenizer, CancellationToken cancellation)
    {
        string[] startFolders = [Directory.GetCurrentDirectory(), AppContext.BaseDirectory];
        var files = TextSources.Files(paths, startFolders);
        if (files.Sum(file => new FileInfo(file.Path).Length) > LargestInMemory)
            return ReadCached(files, tokenizer, cancellation);
        var reader = new CorpusReader(options.Column, options.SkipMalformed);
        var tokens = TextCorpus.Tokenize(TextSources.Read(paths, reader, startFolders), tokenizer);
        ReportMalformed(reader.Malformed);
        return tokens;
    }

    private TokenDataset ReadCached(IReadOnlyList<SourceFile> files, ITokenizer tokenizer, CancellationToken cancellation)
    {
        var key = Crc32C.Compute(Encoding.UTF8.GetBytes(
            string.Join('\0', files.Select(file => Path.GetFullPath(file.Path)).Concat([tokenizer.Fingerprint, options.Column, options.SkipMalformed.ToString()]))));
        var folder = Path.Combine(options.Cache ?? UserCache.Folder, $"{key:x8}");
        report($"preparing the text in {folder}");
        var preparer = new DataPreparer(tokenizer, folder, new() { Column = options.Column, SkipMalformed = options.SkipMalformed }, report);
        ReportMalformed(preparer.Prepare(files, cancellation).Malformed);
        var dataset = TokenDataset.Open(folder);
        opened.Add(dataset);
        return dataset;
    }

    private void ReportMalformed(int count)
    {
        if (count > 0)
            report($"{count:N0} malformed records left out");
    }
}
