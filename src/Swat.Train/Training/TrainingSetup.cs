using Swat.Model;

namespace Swat.Train.Training;

/// <summary>The options of a run with every default resolved.</summary>
/// <param name="Model">Shape of the model.</param>
/// <param name="Plan">What the training loop does.</param>
public sealed record TrainingSetup(SwatConfig Model, TrainerPlan Plan)
{
    private const int LongestWarmup = 2000;
    private const int LongestValidationInterval = 1000;

    /// <summary>Takes from <paramref name="options"/> what is given, and the rest from its preset.</summary>
    /// <exception cref="ModelFormatException">No such preset, or a shape that cannot be.</exception>
    /// <exception cref="UserErrorException">Options that contradict each other.</exception>
    public static TrainingSetup Create(TrainOptions options)
    {
        var preset = SwatPresets.Get(options.Preset);
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
        };
        model.Validate($"the model that --preset {options.Preset} and the other options give");

        var defaults = TrainingDefaults.For(options.Preset);
        var steps = options.Steps ?? defaults.Steps;
        var warmup = options.Warmup ?? Math.Min(steps / 10, LongestWarmup);
        if (warmup > steps)
            throw new UserErrorException($"--warmup {warmup} is longer than the run, which has {steps} steps (--steps).");
        var schedule = new LearningRateSchedule(options.Lr ?? defaults.LearningRate, warmup, steps, options.LrFloor);
        var validateEvery = options.ValidateEvery ?? Math.Clamp(steps / 4, 1, LongestValidationInterval);
        return new(model, new(steps, options.Batch ?? defaults.Batch, length, schedule, validateEvery, options.CheckpointEvery));
    }

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
