using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using Swat.Bench.Reporting;
using Swat.Tensors;
using Swat.Tensors.Ops;
using Swat.Tensors.Profiling;
using Swat.Train.Training;

namespace Swat.Bench.Attention;

/// <summary>swat-bench attention: the operation forward and backward, checked row by row against float64 first.</summary>
internal sealed class AttentionBenchmark : IBenchmark
{
    private const int CheckedRows = 48;
    private const double LargestError = 0.006;

    /// <summary>Shapes of fewer pairs are compared as a whole.</summary>
    private const double ExhaustivePairs = 2e6;

    /// <summary>Bytes a second that a copy reads and writes, and multiplications and additions a second of wgmma, on an H200.</summary>
    private const double MemoryRate = 4.27e12;
    private const double TensorRate = 970e12;

    private static readonly AttentionCase[] Cases =
    [
        new(1, 512, 128, 16, 64),
        new(8, 4096, 128, 16, 64),
        new(8, 4096, 512, 16, 64),
        new(8, 4096, 1024, 16, 64),
        new(1, 32768, 1024, 16, 64),
        new(1, 131072, 1024, 16, 64),
        new(8, 4096, 4096, 16, 64),
        new(8, 4096, 1024, 8, 128),
        new(2, 2048, 256, 8, 32),
        new(2, 2048, 256, 8, 48),
        new(2, 2048, 256, 8, 80),
        new(2, 2048, 256, 8, 96),
        new(2, 2048, 256, 8, 256),
    ];

    private static readonly string[] Results = ["the output", "dQ", "dK", "dV"];

    private readonly Option<DType> dtype = new("--dtype") { Description = "Type of the tensors.", DefaultValueFactory = _ => DType.BFloat16 };
    private readonly Option<ScoreActivation> activation = new("--activation") { Description = "Of the scores.", DefaultValueFactory = _ => ScoreActivation.Sigmoid };
    private readonly Option<bool> kernels = new("--kernels") { Description = "Lists the time of each kernel of a pass forward and backward." };
    private readonly Option<bool> forwardOnly = new("--forward-only") { Description = "Leaves the gradients out." };

    public string Name => "attention";

    public string Description => "Sliding-window attention, forward and backward: time, rate over the pairs inside the window, error, registers.";

    public IReadOnlyList<Option> Options => [dtype, activation, forwardOnly, kernels];

    public IEnumerable<BenchRow> Run(BenchRun run)
    {
        foreach (var shape in Cases.Where(shape => run.Wants(shape.ToString())))
        {
            foreach (var row in Run(run, shape))
                yield return row;
        }

        KernelReport.Write(Console.Out, run.Device.Accelerator);
    }

    private IEnumerable<BenchRow> Run(BenchRun run, AttentionCase shape)
    {
        var device = run.Device;
        var (type, score) = (run.Arguments.GetValue(dtype), run.Arguments.GetValue(activation));
        var backward = !run.Arguments.GetValue(forwardOnly);
        using var scope = device.Scope();
        Shape dimensions = [shape.Batch, shape.Length, shape.Heads, shape.HeadDim];
        var tensors = Enumerable.Range(0, 4).Select(i => Tensor.FromArray(device, Noise(shape.Elements, i), dimensions, type)).ToArray();
        var slopes = Enumerable.Range(0, shape.Heads)
            .Select(h => h < shape.Heads / 2 ? -MathF.ScaleB(1, -1 - h) : MathF.ScaleB(1, -1 - (h - shape.Heads / 2))).ToArray();
        var slopeTensor = Tensor.FromArray(device, slopes, [shape.Heads]);
        foreach (var tensor in tensors[..3])
            tensor.RequiresGrad = backward;

        Tensor Forward() => tensors[0].SlidingWindowAttention(tensors[1], tensors[2], slopeTensor, shape.Window, score);

        using var tape = new Tape(device);
        var output = Forward();
        void Backward()
        {
            foreach (var tensor in tensors[..3])
                tensor.ZeroGrad();
            tape.Backward(output, tensors[3], keepGraph: true);
        }

        if (backward)
            Backward();
        var errors = Check(shape, score, slopes, tensors, new[] { output }.Concat(tensors[..3].Select(tensor => tensor.Grad)).ToArray());
        var forwardTime = run.Time(() =>
        {
            using (device.NoGrad())
                Forward().Dispose();
        });
        yield return Row(run, shape, "forward", forwardTime, 4, 4, $"error {Format(errors[0])}");
        if (backward)
            yield return Row(run, shape, "backward", run.Time(Backward), 10, 7, $"errors {Format(errors[1])} {Format(errors[2])} {Format(errors[3])}");
        if (run.Arguments.GetValue(kernels))
        {
            using var profiler = new LaunchProfiler(device);
            using (device.NoGrad())
                Forward().Dispose();
            if (backward)
                Backward();
            KernelTable.Write(Console.Out, device.Info, profiler.ByKernel(), 1, 10);
        }
    }

    /// <summary>One row: work and bytes are given for each pair and element.</summary>
    private static BenchRow Row(BenchRun run, AttentionCase shape, string direction, Timing time, int operations, int tensors, string note)
    {
        var work = operations * shape.Pairs * shape.HeadDim;
        var floor = Math.Max(work / TensorRate, 2.0 * tensors * shape.Elements / MemoryRate);
        var pass = direction[..3] is "for" ? "fwd" : "bwd";
        var flex = shape.PeerName is { } name ? run.Peer?.Find(name, $"flex_softmax_{pass}_ms") : null;
        var triton = shape.PeerName is not null ? run.Peer?.Find(shape.PeerName, $"triton_{pass}_ms") : null;
        var ratio = triton is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"{triton / (1e3 * time.Median):F2} x Triton, ");
        return new(
            $"{shape} {direction}",
            time,
            1e-12 * work / time.Median,
            "TFLOP/s",
            string.Create(CultureInfo.InvariantCulture, $"{ratio}{100 * floor / time.Median:F0} % of the floor, {note}"),
            flex / (1e3 * time.Median));
    }

    private static double[] Check(AttentionCase shape, ScoreActivation activation, float[] slopes, Tensor[] tensors, Tensor?[] results)
    {
        var values = Array.ConvertAll(tensors, tensor => tensor.ToArray());
        var actual = Array.ConvertAll(results, result => result?.ToArray() ?? []);
        var rows = shape.Elements / shape.HeadDim;
        var random = new Random(1);
        var count = activation == ScoreActivation.Sigmoid ? CheckedRows : CheckedRows / 12;
        long[] chosen = shape.Pairs < ExhaustivePairs
            ? [.. Enumerable.Range(0, (int)rows).Select(row => (long)row)]
            : [0, rows - 1, .. Enumerable.Range(0, count).Select(_ => random.NextInt64(rows))];
        var sample = new AttentionSample(shape, activation, slopes, values[..3], values[3]);
        var errors = sample.Errors(chosen, actual);
        for (var i = 0; i < actual.Length; i++)
        {
            if (actual[i].Length > 0 && (!(errors[i] <= LargestError) || !AreFinite(actual[i])))
                throw new InvalidOperationException($"{shape}: {Results[i]} is wrong: errors {string.Join(", ", errors)}");
        }

        return errors;
    }

    private static bool AreFinite(float[] values) =>
        Parallel.ForEach(
            Partitioner.Create(0, values.Length),
            (range, state) =>
            {
                foreach (var value in values.AsSpan(range.Item1..range.Item2))
                {
                    if (!float.IsFinite(value))
                        state.Stop();
                }
            }).IsCompleted;

    private static string Format(double error) => error.ToString("F5", CultureInfo.InvariantCulture);

    /// <summary>Normally distributed numbers, repeated with a period that no dimension divides.</summary>
    private static float[] Noise(long count, int seed)
    {
        var random = new Random(seed);
        var period = new float[1_000_003];
        for (var i = 0; i < period.Length; i++)
            period[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        var values = new float[count];
        for (long i = 0; i < count; i += period.Length)
            period.AsSpan(0, (int)Math.Min(period.Length, count - i)).CopyTo(values.AsSpan((int)i));
        return values;
    }
}
