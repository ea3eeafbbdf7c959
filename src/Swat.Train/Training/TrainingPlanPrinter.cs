using Swat.Model;
using Swat.Tensors;
using Swat.Train.Data;

namespace Swat.Train.Training;

/// <summary>Says before the first step what a run will do.</summary>
internal static class TrainingPlanPrinter
{
    private const int LabelWidth = 10;

    public static void Print(
        TextWriter output, TrainOptions options, TrainingSetup setup, TokenSplit split, int documents, TensorDevice device, string folder)
    {
        var (model, plan) = (setup.Model, setup.Plan);
        var tokensPerStep = (long)plan.Batch * plan.Length;
        var tokens = tokensPerStep * plan.Steps;
        Line("model", $"{options.Preset}: {model.NumLayers} layers of {model.HiddenSize}, {model.NumHeads} heads, window {model.WindowSize?.ToString() ?? "none"}, {model.AttentionActivation.ToString().ToLowerInvariant()}, slopes {model.Alibi}; {ReportFormat.Count(model.ParameterCount())} parameters");
        Line("data", $"{TextSources.Describe(options.Data)}: {documents:N0} documents, {ReportFormat.Count(split.Training.Length)} tokens to train on, {ReportFormat.Count(split.Validation?.Length ?? 0)} to validate");
        Line("training", $"{plan.Steps:N0} steps of {plan.Batch} x {plan.Length} = {tokensPerStep:N0} tokens; {ReportFormat.Count(tokens)} in all, {tokens / (double)split.Training.Length:F1} times the text");
        Line("optimizer", $"AdamW, learning rate {plan.Schedule.Peak:0.0##e-0} after {plan.Schedule.WarmupSteps} steps, falling to {plan.Schedule.Peak * plan.Schedule.FloorFraction:0.0##e-0}");
        Line("memory", $"{MemoryEstimate.Create(model, plan.Batch, plan.Length)}");
        Line("device", $"{device}");
        Line("run", $"{folder}");

        void Line(string label, FormattableString text) =>
            output.WriteLine(label.PadRight(LabelWidth) + FormattableString.Invariant(text));
    }
}
