using System.CommandLine;
using System.Globalization;
using Swat.Bench.Reporting;
using Swat.Model;
using Swat.Tensors;
using Swat.Tensors.Profiling;
using Swat.Train.Data;
using Swat.Train.Training;

namespace Swat.Bench.Step;

/// <summary>swat-bench step: whole training steps on random tokens: forward, backward, clipping, AdamW.</summary>
internal sealed class StepBenchmark : IBenchmark
{
    private const double GibiByte = 1L << 30;
    private const double LearningRate = 3e-4;

    private readonly Option<string> preset = new("--preset") { Description = "Shape of the model.", DefaultValueFactory = _ => "125M" };
    private readonly Option<int> batch = new("--batch") { Description = "Sequences that pass through the model together.", DefaultValueFactory = _ => 8 };
    private readonly Option<int> length = new("--length") { Description = "Tokens in a sequence.", DefaultValueFactory = _ => 4096 };
    private readonly Option<int?> window = new("--window") { Description = "Window of the attention; the preset's if not given." };
    private readonly Option<DType> dtype = new("--dtype") { Description = "Type of the activations.", DefaultValueFactory = _ => DType.BFloat16 };
    private readonly Option<int> accumulate = new("--accumulate") { Description = "Batches in a step.", DefaultValueFactory = _ => 1 };
    private readonly Option<RecomputationPolicy> recompute = new("--recompute") { Description = "What the backward pass computes again." };
    private readonly Option<bool> record = new("--cuda-graph") { Description = "Record a step and replay it." };
    private readonly Option<int> warmUp = new("--warm-up") { Description = "Steps before those that count.", DefaultValueFactory = _ => 3 };
    private readonly Option<int> steps = new("--steps") { Description = "Steps that count.", DefaultValueFactory = _ => 10 };
    private readonly Option<int> profile = new("--profile") { Description = "Kernels to list by time, from one more step; 0: none.", DefaultValueFactory = _ => 0 };

    public string Name => "step";

    public string Description => "Training steps of a whole model on random tokens: time, tokens a second, memory, use of the matrix units.";

    public IReadOnlyList<Option> Options => [preset, batch, length, window, dtype, accumulate, recompute, record, warmUp, steps, profile];

    public IEnumerable<BenchRow> Run(BenchRun run)
    {
        var config = SwatPresets.Get(run.Arguments.GetValue(preset)!);
        var shape = (Batch: run.Arguments.GetValue(batch), Length: run.Arguments.GetValue(length), Count: run.Arguments.GetValue(accumulate));
        config = config with { WindowSize = run.Arguments.GetValue(window) ?? config.WindowSize, MaxPositionEmbeddings = shape.Length };
        using var model = SwatModel.Create(config, run.Device, seed: 1);
        model.ComputeType = run.Arguments.GetValue(dtype);
        model.Recomputation = run.Arguments.GetValue(recompute);
        using var learner = new SwatLearner(model, new LearnerOptions { Record = run.Arguments.GetValue(record) });
        var batches = Enumerable.Range(0, shape.Count).Select(i => RandomTokens(config, shape.Batch, shape.Length, i)).ToArray();

        var initial = 0.0;
        for (var i = 0; i < run.Arguments.GetValue(warmUp); i++)
        {
            var result = learner.Step(batches, LearningRate).Result;
            initial = i == 0 ? result.Loss : initial;
        }

        run.Device.ResetPeakMemory();
        var (time, last) = Time(learner, batches, run.Arguments.GetValue(steps));
        if (!double.IsFinite(last.Loss) || last.Loss >= initial)
            throw new InvalidOperationException($"the loss went from {initial} to {last.Loss}: these steps do not learn");
        yield return Row(run, config, shape, time, $"loss {initial:F3} -> {last.Loss:F3}");
        if (run.Arguments.GetValue(profile) is > 0 and var kernels)
            Profile(run.Device, learner, batches, kernels);
    }

    private static (Timing Time, StepResult Last) Time(SwatLearner learner, Batch[] batches, int count)
    {
        var accelerator = learner.Model.Device.Accelerator;
        var markers = new List<ProfilingMarker> { accelerator.AddProfilingMarker() };
        PendingStep? pending = null;
        for (var i = 0; i < count; i++)
        {
            var next = learner.Step(batches, LearningRate);
            markers.Add(accelerator.AddProfilingMarker());
            _ = pending?.Result;
            pending = next;
        }

        var last = pending!.Result;
        var seconds = markers.Zip(markers.Skip(1), (start, end) => end.MeasureFrom(start).TotalSeconds).ToArray();
        foreach (var marker in markers)
            marker.Dispose();
        return (Timing.Of(seconds), last);
    }

    private BenchRow Row(BenchRun run, SwatConfig config, (int Batch, int Length, int Count) shape, Timing time, string losses)
    {
        var name = run.Arguments.GetValue(preset)!;
        var tokens = (double)shape.Batch * shape.Length * shape.Count;
        var memory = run.Device.Memory;
        var rate = tokens / time.Median;
        var use = DevicePeak.Bfloat16(run.Device.Info) is { } peak
            ? string.Create(CultureInfo.InvariantCulture, $"MFU {100 * rate * TrainingWork.OperationsPerToken(config, shape.Length) / peak:F1} %, ")
            : string.Empty;
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"{use}{memory.PeakBytes / GibiByte:F1} GiB at most, {memory.ReservedBytes / GibiByte:F1} reserved, {losses}");
        var peerTime = run.Peer?.Find($"trainfla_{name}_autocast", "ms") ?? run.Peer?.Find($"train_{name}_compile", "ms");
        return new(
            $"{name} {shape.Count}x{shape.Batch}x{shape.Length} window {config.WindowSize} {run.Arguments.GetValue(dtype)}",
            time,
            rate,
            "tokens/s",
            note,
            peerTime / (1e3 * time.Median));
    }

    private static void Profile(TensorDevice device, SwatLearner learner, Batch[] batches, int count)
    {
        using var profiler = new LaunchProfiler(device);
        _ = learner.Step(batches, LearningRate).Result;
        KernelTable.Write(Console.Out, device.Info, profiler.ByKernel(), 1, count);
    }

    private static Batch RandomTokens(SwatConfig config, int sequences, int length, int seed)
    {
        var random = new Random(seed);
        var batch = new Batch(sequences, length);
        for (var i = 0; i < batch.Inputs.Length; i++)
        {
            batch.Inputs[i] = random.Next(config.VocabSize);
            batch.Targets[i] = random.Next(config.VocabSize);
        }

        return batch;
    }
}
