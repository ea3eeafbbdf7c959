using Swat.Model;
using Swat.Tensors;
using Swat.Train.Data;

namespace Swat.Train.Training;

/// <summary>Says before the first step what a run will do.</summary>
internal static class TrainingPlanPrinter
{
    private const int LabelWidth = 10;

    public static void Print(
        TextWriter output, TrainOptions options, TrainingSetup setup, TrainingData data, TensorDevice device, string folder)
    {
        var (model, plan, training) = (setup.Model, setup.Plan, data.Training);
        var tokens = plan.TokensPerStep * plan.Steps;
        var batches = plan.BatchesPerStep > 1 ? FormattableString.Invariant($"{plan.BatchesPerStep:N0} x ") : "";
        Line("model", $"{options.Preset}: {model.NumLayers} layers of {model.HiddenSize}, {model.NumHeads} heads, window {model.WindowSize?.ToString() ?? "none"}, {model.AttentionActivation.ToString().ToLowerInvariant()}, slopes {model.Alibi}; {ReportFormat.Count(model.ParameterCount())} parameters");
        Line("data", $"{TextSources.Describe(options.Data)}: {training.DocumentStarts.Count:N0} documents, {ReportFormat.Count(training.Length)} tokens to train on, {ReportFormat.Count(data.Validation?.Length ?? 0)} to validate{(data.Test is { } test ? $", {ReportFormat.Count(test.Length)} to test" : "")}");
        Line("training", $"{plan.Steps:N0} steps of {batches}{plan.Batch} x {plan.Length} = {plan.TokensPerStep:N0} tokens; {ReportFormat.Count(tokens)} in all, {tokens / (double)training.Length:F1} times the text");
        Line("optimizer", $"AdamW, learning rate {plan.Schedule.Peak:0.0##e-0} after {plan.Schedule.WarmupSteps} steps, {Fall(plan.Schedule)}");
        var memory = MemoryEstimate.Create(model, plan.Batch, plan.Length, options.Dtype, options.Recompute);
        var largest = memory.LargestBatch(device.Info.MemoryBytes);
        Line("memory", $"{memory}");
        Line("", $"{ReportFormat.Bytes(device.Info.MemoryBytes)} on the device hold a batch of {largest:N0}{(largest < plan.Batch ? "; this one may not fit: lower --batch, or give --recompute layers" : "")}");
        Line("device", $"{device}");
        Line("run", $"{folder}");

        static string Fall(LearningRateSchedule schedule)
        {
            var floor = FormattableString.Invariant($"{schedule.Peak * schedule.FloorFraction:0.0##e-0}");
            return schedule.Shape switch
            {
                ScheduleShape.Constant => "then constant",
                ScheduleShape.Wsd => FormattableString.Invariant($"falling to {floor} over the last {schedule.DecaySteps:N0} steps"),
                _ => FormattableString.Invariant($"falling to {floor} along a {schedule.Shape.ToString().ToLowerInvariant()}"),
            };
        }

        void Line(string label, FormattableString text) => PrintLine(output, label, text);
    }

    /// <param name="output">Where to.</param>
    /// <param name="time">Of the steps that are left.</param>
    public static void PrintTime(TextWriter output, TimeSpan time) => PrintLine(output, "time", $"about {ReportFormat.Time(time)}, by the time of a forward pass");

    private static void PrintLine(TextWriter output, string label, FormattableString text) =>
        output.WriteLine(label.PadRight(LabelWidth) + FormattableString.Invariant(text));
}
