using System.CommandLine;
using System.Globalization;
using Swat.Bench.Reporting;
using Swat.Model.Generation;
using Swat.Tensors;
using Swat.Tensors.Numerics;

namespace Swat.Bench.Attention;

/// <summary>swat-bench cached-attention: one new token of each of many texts against the keys and values of its window.</summary>
internal sealed class CachedAttentionBenchmark : IBenchmark
{
    private const int Window = 1024;
    private const int Heads = 16;
    private const int HeadDim = 64;

    /// <summary>Bytes a second that a copy reads and writes on an H200.</summary>
    private const double MemoryRate = 4.27e12;

    private readonly Option<int> sequences = new("--sequences") { Description = "Texts side by side.", DefaultValueFactory = _ => 64 };

    public string Name => "cached-attention";

    public string Description => "Attention of one token of each text to its window in the cache: time, bytes a second, error.";

    public IReadOnlyList<Option> Options => [sequences];

    public IEnumerable<BenchRow> Run(BenchRun run)
    {
        foreach (var type in (DType[])[DType.BFloat16, DType.Float32])
        {
            var count = run.Arguments.GetValue(sequences);
            var name = $"{count} texts, window {Window}, {Heads} heads of {HeadDim}, {type}";
            if (!run.Wants(name))
                continue;
            foreach (var row in Rows(run, name, count, type))
                yield return row;
        }
    }

    /// <summary>The kernel launched as usual, and replayed as a recording, as generation does it.</summary>
    private static IEnumerable<BenchRow> Rows(BenchRun run, string name, int count, DType type)
    {
        var device = run.Device;
        using var scope = device.Scope();
        using var ring = new Ring(device, [count, Window, Heads, HeadDim], type);
        var query = Tensor.Normal(device, [count, 1, Heads, HeadDim], 1);
        var slopes = Tensor.FromArray(device, [.. Enumerable.Range(0, Heads).Select(h => MathF.ScaleB(h % 2 == 0 ? -1 : 1, -1 - h / 2))], [Heads]);
        ring.Keys.CopyFrom(Noise(ring.Keys.Count, 2));
        ring.Values.CopyFrom(Noise(ring.Values.Count, 3));
        // Each text's ring is full, and begins somewhere else.
        var control = Tensor.FromArray(device, [.. Enumerable.Range(0, count).SelectMany(s => (int[])[s * 37 % Window, Window - 1, 1])], [count, RingKernels.ControlCount]);
        var output = Tensor.Empty(device, query.Shape);
        var shape = new RingShape
        {
            Length = 1,
            Capacity = Window,
            Window = Window,
            Heads = Heads,
            KeyHeads = Heads,
            HeadDim = HeadDim,
            HasSlopes = 1,
            Scale = 0.125f,
        };
        bool TryLaunch() => PackedRingKernels.TryLaunch<No>(query, ring, slopes, control, output, shape);
        double CheckedError()
        {
            var error = Error(count, query.ToArray(), ring.Keys.ToArray(), ring.Values.ToArray(), slopes.ToArray(), output.ToArray());
            return error < 1e-4 ? error : throw new InvalidOperationException($"{name} is wrong: error {error}");
        }

        if (!TryLaunch())
            throw new InvalidOperationException($"{device.Name} has no kernel for this");
        var bytes = (double)type.Size * (ring.Keys.Count + ring.Values.Count);
        yield return Row(name, run.Time(() => TryLaunch()), bytes, CheckedError());
        output.FillWith(0);
        using var graph = device.TryRecord(() => TryLaunch());
        if (graph is null)
            yield break;
        var time = run.Time(graph.Launch);
        output.MarkChanged();
        yield return Row($"{name}, a graph", time, bytes, CheckedError());
    }

    private static BenchRow Row(string name, Timing time, double bytes, double error) =>
        new(
            name,
            time,
            1e-9 * bytes / time.Median,
            "GB/s",
            string.Create(CultureInfo.InvariantCulture, $"{100 * bytes / MemoryRate / time.Median:F0} % of the floor, error {error:E1}"));

    /// <summary>Against float64, for some texts and heads.</summary>
    private static double Error(int count, float[] query, float[] keys, float[] values, float[] slopes, float[] actual)
    {
        var (difference, norm) = (0.0, 0.0);
        for (var row = 0; row < count * Heads; row += 61)
        {
            var (text, head) = (row / Heads, row % Heads);
            var expected = new double[HeadDim];
            for (var distance = 0; distance < Window; distance++)
            {
                var key = ((long)(text * Window) + ((text * 37 % Window) - distance + Window) % Window) * Heads * HeadDim + head * HeadDim;
                var score = (double)slopes[head] * distance;
                for (var d = 0; d < HeadDim; d++)
                    score += 0.125 * query[row * HeadDim + d] * keys[key + d];
                for (var d = 0; d < HeadDim; d++)
                    expected[d] += values[key + d] / (1 + Math.Exp(-score));
            }

            for (var d = 0; d < HeadDim; d++)
            {
                difference += Math.Pow(actual[row * HeadDim + d] - expected[d], 2);
                norm += expected[d] * expected[d];
            }
        }

        return Math.Sqrt(difference / norm);
    }

    private static float[] Noise(long count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
            values[i] = 2 * random.NextSingle() - 1;
        return values;
    }
}
