using Swat.Model;
using Swat.Model.Tokenizers;

namespace Swat.Train.Training;

/// <summary>The options of a run with every default resolved.</summary>
/// <param name="Tokenizer">Turns the text into tokens.</param>
/// <param name="Model">Shape of the model.</param>
/// <param name="Plan">What the training loop does.</param>
public sealed record TrainingSetup(ITokenizer Tokenizer, SwatConfig Model, TrainerPlan Plan)
{
    private const int LongestWarmup = 2000;
    private const int LongestValidationInterval = 1000;

    // A preset whose table is at most this much larger than the vocabulary keeps it; presets round theirs up for the hardware.
    private const int LargestPadding = 64;
    private const int VocabularyMultiple = 8;
    private const int MaximumBatchesPerStep = 1 << 16;

    /// <summary>Takes from <paramref name="options"/> what is given, and the rest from its preset.</summary>
    /// <param name="options">What the user said.</param>
    /// <param name="dataTokenizer">The tokenizer of prepared data; null for text.</param>
    /// <exception cref="ModelFormatException">No such preset, or a shape that cannot be.</exception>
    /// <exception cref="UserErrorException">Options that contradict each other.</exception>
    public static TrainingSetup Create(TrainOptions options, ITokenizer? dataTokenizer = null)
    {
        var preset = SwatPresets.Get(options.Preset);
        var tokenizer = ChooseTokenizer(options.Tokenizer, dataTokenizer);
        var length = options.Length ?? preset.MaxPositionEmbeddings;
        var model = preset with
        {
            NumLayers = options.Layers ?? preset.NumLayers,
            HiddenSize = options.Hidden ?? preset.HiddenSize,
            NumHeads = options.Heads ?? preset.NumHeads,
            NumKvHeads = options.KvHeads ?? preset.NumKvHeads,
            WindowSize = options.Window ?? preset.WindowSize,
            MaxPositionEmbeddings = length,
            AttentionActivation = ParseActivation(options.Attention) ?? preset.AttentionActivation,
            Alibi = ParseAlibi(options.Alibi) ?? preset.Alibi,
            VocabSize = TableSize(preset.VocabSize, tokenizer.VocabularySize),
            BosTokenId = tokenizer.BosTokenId,
            EosTokenId = tokenizer.EosTokenId,
            PadTokenId = tokenizer.PadTokenId,
        };
        model.Validate($"the model that --preset {options.Preset} and the other options give");

        var defaults = TrainingDefaults.For(options.Preset);
        var steps = options.Steps ?? defaults.Steps;
        var warmup = options.Warmup ?? Math.Min(steps / 10, LongestWarmup);
        if (warmup > steps)
            throw new UserErrorException($"--warmup {warmup} is longer than the run, which has {steps} steps (--steps).");
        if (options is { Profile: > 0, CudaGraph: true })
            throw new UserErrorException("--profile and --cuda-graph exclude each other: a recorded step runs as one piece, whose kernels cannot be timed. Leave one of them out.");
        if (options.Decay is { } decay && (options.Schedule != ScheduleShape.Wsd || decay > steps - warmup))
            throw new UserErrorException($"--decay {decay} is for --schedule wsd, and at most the steps that the warm-up leaves, which are {steps - warmup}.");
        var schedule = new LearningRateSchedule(options.Lr ?? defaults.LearningRate, warmup, steps, options.LrFloor)
        {
            Shape = options.Schedule,
            DecaySteps = options.Schedule == ScheduleShape.Wsd ? options.Decay ?? Math.Min(steps / 5, steps - warmup) : 0,
        };
        var batch = options.Batch ?? defaults.Batch;
        var batchTokens = (long)batch * length;
        var batchesPerStep = Math.Max(1, ((options.TokensPerStep ?? 1) + batchTokens - 1) / batchTokens);
        if (batchesPerStep > MaximumBatchesPerStep)
            throw new UserErrorException($"--tokens-per-step {options.TokensPerStep} takes {batchesPerStep:N0} batches of {batchTokens:N0} tokens a step; more than {MaximumBatchesPerStep:N0} are refused. Give a larger --batch.");
        var validateEvery = options.ValidateEvery ?? Math.Clamp(steps / 4, 1, LongestValidationInterval);
        var plan = new TrainerPlan(
            steps,
            batch,
            length,
            (int)batchesPerStep,
            schedule,
            validateEvery,
            options.CheckpointEvery,
            options.CheckpointMinutes == 0 ? TimeSpan.MaxValue : TimeSpan.FromMinutes(options.CheckpointMinutes),
            options.MaxSkippedSteps,
            options.DetectAnomaly);
        return new(tokenizer, model, plan);
    }

    private static ITokenizer ChooseTokenizer(string? requested, ITokenizer? dataTokenizer)
    {
        if (requested is null)
            return dataTokenizer ?? TokenizerLoader.Load(TokenizerLoader.Bytes);
        var tokenizer = TokenizerLoader.Load(requested);
        return dataTokenizer is null || dataTokenizer.Fingerprint == tokenizer.Fingerprint
            ? tokenizer
            : throw new UserErrorException($"--tokenizer {requested} is not the one that the data was prepared with. Leave the option out, or prepare the data with it.");
    }

    private static int TableSize(int preset, int vocabulary) => preset >= vocabulary && preset - vocabulary <= LargestPadding
        ? preset
        : (vocabulary + VocabularyMultiple - 1) / VocabularyMultiple * VocabularyMultiple;

    private static AttentionActivation? ParseActivation(string? text) => text switch
    {
        null => null,
        "sigmoid" => AttentionActivation.Sigmoid,
        "softmax" => AttentionActivation.Softmax,
        _ => throw new UserErrorException($"--attention is sigmoid or softmax, not '{text}'."),
    };

    private static AlibiPattern? ParseAlibi(string? text)
    {
        if (text is null)
            return null;
        return AlibiPattern.TryParse(text, out var pattern)
            ? pattern
            : throw new UserErrorException($"--alibi is balanced, negative, positive, none or two counts of heads such as 3:1, not '{text}'.");
    }
}
