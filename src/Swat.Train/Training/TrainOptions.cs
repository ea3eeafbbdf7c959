using Swat.Model;
using Swat.Train.Settings;

namespace Swat.Train.Training;

/// <summary>
/// Every option of a training run. The command line and its help are derived from this record; a null value means what its
/// <see cref="SettingAttribute.DefaultMeaning"/> says.
/// </summary>
public sealed record TrainOptions
{
    /// <summary>The preset that is trained when none is named.</summary>
    public const string DefaultPreset = "nano";

    private const string DataGroup = "Data";
    private const string ModelGroup = "Model";
    private const string OptimisationGroup = "Optimisation";
    private const string RunGroup = "Run";
    private const string FromPreset = "the preset's";

    [Setting("Text to train on: a file of text, JSON lines or CSV, plain or .gz, a folder, a glob, or a folder that `swat prepare` wrote; repeatable.",
        Group = DataGroup, ValueName = "PATH", DefaultMeaning = "this project's own *.cs and *.md files")]
    public string[] Data { get; init; } = [];

    [Setting("How often each --data is drawn from, in their order: 3 and 1 draw three sequences of the first for one of the second.",
        Group = DataGroup, ValueName = "NUMBER", Minimum = 0, MinimumExclusive = true, DefaultMeaning = "by their sizes")]
    public double[] Weights { get; init; } = [];

    [Setting("Field of JSON lines, or column of CSV, that holds the documents.", Group = DataGroup, ValueName = "NAME")]
    public string Column { get; init; } = "text";

    [Setting("Count records that cannot be read and leave them out, instead of stopping at the first.", Group = DataGroup)]
    public bool SkipMalformed { get; init; }

    [Setting("Folder that keeps the tokens of large texts for the next run.", Group = DataGroup, ValueName = "DIR", DefaultMeaning = "~/.cache/swat")]
    public string? Cache { get; init; }

    [Setting("Tokenizer: bytes, a tokenizer.json, a SentencePiece .model, or a checkpoint's folder.",
        Group = DataGroup, ValueName = "PATH", DefaultMeaning = "the prepared data's own, else bytes")]
    public string? Tokenizer { get; init; }

    [Setting("Part of the text, near its end, that is kept for validation; 0 trains without validation.",
        Group = DataGroup, Minimum = 0, Maximum = 1, MaximumExclusive = true)]
    public double ValidationFraction { get; init; } = 0.1;

    [Setting("Part of the text, at its end, that is kept for one measurement after the last step.",
        Group = DataGroup, Minimum = 0, Maximum = 1, MaximumExclusive = true)]
    public double TestFraction { get; init; }

    [Setting("Validate on this, given as --data is, instead of a part of the text.", Group = DataGroup, ValueName = "PATH", DefaultMeaning = "the part of --validation-fraction")]
    public string[] ValidationData { get; init; } = [];

    [Setting("Measure on this after the last step, instead of a part of the text.", Group = DataGroup, ValueName = "PATH", DefaultMeaning = "the part of --test-fraction")]
    public string[] TestData { get; init; } = [];

    [Setting("Tokens that each validation, and the test at the end, reads, spread evenly over its part.",
        Group = DataGroup, ValueName = "TOKENS", Minimum = 1)]
    public long ValidationTokens { get; init; } = 32768;

    [Setting("Tokens in a training sequence.", Group = DataGroup, ValueName = "TOKENS", Minimum = 1, DefaultMeaning = FromPreset)]
    public int? Length { get; init; }

    [Setting("Keep attention inside each of the documents that are packed into a sequence.", Group = DataGroup)]
    public bool DocumentAttention { get; init; }

    [Setting("Shape of the model.", Group = ModelGroup, ValueName = "NAME")]
    public string Preset { get; init; } = DefaultPreset;

    [Setting("Layers.", Group = ModelGroup, Minimum = 1, DefaultMeaning = FromPreset)]
    public int? Layers { get; init; }

    [Setting("Width of the model.", Group = ModelGroup, Minimum = 1, DefaultMeaning = FromPreset)]
    public int? Hidden { get; init; }

    [Setting("Attention heads; they divide the width.", Group = ModelGroup, Minimum = 1, DefaultMeaning = FromPreset)]
    public int? Heads { get; init; }

    [Setting("Key and value heads; they divide the heads.", Group = ModelGroup, Minimum = 1, DefaultMeaning = "as many as heads")]
    public int? KvHeads { get; init; }

    [Setting("Tokens that a position attends to, itself included.",
        Group = ModelGroup, ValueName = "TOKENS", Minimum = 1, DefaultMeaning = FromPreset)]
    public int? Window { get; init; }

    [Setting("Weights of the attention: sigmoid (SWAT) or softmax.", Group = ModelGroup, ValueName = "NAME", DefaultMeaning = FromPreset)]
    public string? Attention { get; init; }

    [Setting("Slopes of the heads: balanced, negative, positive, none, or NEGATIVE:POSITIVE counts such as 3:1.",
        Group = ModelGroup, ValueName = "NAME", DefaultMeaning = FromPreset)]
    public string? Alibi { get; init; }

    [Setting("Steps of the optimizer.", Group = OptimisationGroup, ValueName = "STEPS", Minimum = 1, DefaultMeaning = FromPreset)]
    public int? Steps { get; init; }

    [Setting("Sequences that pass through the model together.", Group = OptimisationGroup, ValueName = "SEQUENCES", Minimum = 1, DefaultMeaning = FromPreset)]
    public int? Batch { get; init; }

    [Setting("Tokens that a step learns from, rounded up to whole batches, whose gradients are added up.",
        Group = OptimisationGroup, ValueName = "TOKENS", Minimum = 1, DefaultMeaning = "one batch")]
    public long? TokensPerStep { get; init; }

    [Setting("Peak learning rate.", Group = OptimisationGroup, ValueName = "RATE", Minimum = 0, MinimumExclusive = true, DefaultMeaning = FromPreset)]
    public double? Lr { get; init; }

    [Setting("Steps over which the learning rate rises from 0 to its peak.",
        Group = OptimisationGroup, ValueName = "STEPS", Minimum = 0, DefaultMeaning = "a tenth of the steps, at most 2000")]
    public int? Warmup { get; init; }

    [Setting("How the learning rate goes on from its peak: down along a cosine or a line, not at all, or (warm-up, stable, decay) down along a line at the end.",
        Group = OptimisationGroup)]
    public ScheduleShape Schedule { get; init; } = ScheduleShape.Cosine;

    [Setting("Steps at the end over which the learning rate of the schedule wsd falls.",
        Group = OptimisationGroup, ValueName = "STEPS", Minimum = 0, DefaultMeaning = "a fifth of the steps")]
    public int? Decay { get; init; }

    [Setting("What the learning rate falls to, as a fraction of the peak.",
        Group = OptimisationGroup, ValueName = "FRACTION", Minimum = 0, Maximum = 1)]
    public double LrFloor { get; init; } = 0.1;

    [Setting("Weight decay of AdamW, on matrices but the embedding table.", Group = OptimisationGroup, Minimum = 0)]
    public double WeightDecay { get; init; } = 0.1;

    [Setting("Decay of AdamW's mean of gradients.", Group = OptimisationGroup, Minimum = 0, Maximum = 1, MaximumExclusive = true)]
    public double Beta1 { get; init; } = 0.9;

    [Setting("Decay of AdamW's mean of squared gradients.", Group = OptimisationGroup, Minimum = 0, Maximum = 1, MaximumExclusive = true)]
    public double Beta2 { get; init; } = 0.95;

    [Setting("What AdamW adds to the root of the squared gradients.", Group = OptimisationGroup, Minimum = 0, MinimumExclusive = true)]
    public double Epsilon { get; init; } = 1e-8;

    [Setting("Largest norm of the whole gradient; a larger one is scaled down to it. 0 does not clip.", Group = OptimisationGroup, ValueName = "NORM", Minimum = 0)]
    public double Clip { get; init; } = 1.0;

    [Setting("Format of activations and matrix products; weights, gradients and sums stay in float32.", Group = OptimisationGroup)]
    public ComputeFormat Dtype { get; init; } = ComputeFormat.Float32;

    [Setting("What the backward pass computes again to save memory: nothing, norms and gated activations, or each layer from its input.", Group = OptimisationGroup)]
    public RecomputationPolicy Recompute { get; init; } = RecomputationPolicy.None;

    [Setting("Seed of the initial weights and of the order of the data.", Group = OptimisationGroup, Minimum = 0)]
    public long Seed { get; init; } = 1;

    [Setting("Folder of the run: its log and checkpoints. It must not exist.",
        Group = RunGroup, ValueName = "DIR", DefaultMeaning = "runs/PRESET-DATE-TIME")]
    public string? Out { get; init; }

    [Setting("Device that computes, as `swat devices` names it.", Group = RunGroup, ValueName = "DEVICE")]
    public string Device { get; init; } = "cpu";

    [Setting("Steps between checkpoints; 0 writes them by time, by validation loss and at the end alone.", Group = RunGroup, ValueName = "STEPS", Minimum = 0)]
    public int CheckpointEvery { get; init; } = 1000;

    [Setting("Minutes after which a checkpoint is due whatever the step; 0 never.", Group = RunGroup, ValueName = "MINUTES", Minimum = 0, Maximum = 1e6)]
    public double CheckpointMinutes { get; init; } = 30;

    [Setting("Newest checkpoints to keep, beside the one with the lowest validation loss.", Group = RunGroup, ValueName = "NUMBER", Minimum = 1)]
    public int KeepCheckpoints { get; init; } = 2;

    [Setting("Steps in a row whose loss or gradient is not finite, and which are skipped, before the run stops.", Group = RunGroup, ValueName = "STEPS", Minimum = 1)]
    public int MaxSkippedSteps { get; init; } = 20;

    [Setting("Compute a step that is skipped again, and name the operation that made the first value that is not finite.", Group = RunGroup)]
    public bool DetectAnomaly { get; init; }

    [Setting("Steps, from the fourth on, whose kernels are timed and listed, with a trace in the run's folder; 0: none.",
        Group = RunGroup, ValueName = "STEPS", Minimum = 0, Maximum = 1000)]
    public int Profile { get; init; }

    [Setting("Record a step and replay it as one piece of the device's work. Steps on packed documents are not recorded.", Group = RunGroup)]
    public bool CudaGraph { get; init; }

    [Setting("Steps between validations; 0 validates before and after alone.",
        Group = RunGroup, ValueName = "STEPS", Minimum = 0, DefaultMeaning = "a quarter of the steps, at most 1000")]
    public int? ValidateEvery { get; init; }

    [Setting("Seconds between lines of progress where the output is no terminal; 0 writes a line for each step.", Group = RunGroup, ValueName = "SECONDS", Minimum = 0)]
    public double ReportSeconds { get; init; } = 5;

    [Setting("Text that the sample at the end continues.", Group = RunGroup, DefaultMeaning = "the first line of the validation part")]
    public string? SamplePrompt { get; init; }

    [Setting("Tokens of the sample at the end; 0 prints none.", Group = RunGroup, ValueName = "TOKENS", Minimum = 0)]
    public int SampleTokens { get; init; } = 400;
}
