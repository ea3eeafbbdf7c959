using System.CommandLine;
using Swat.Bench.Reporting;
using Swat.Tensors;
using Swat.Tensors.Ops;
using Swat.Tensors.Optimizers;
using Swat.Tensors.Profiling;
using Swat.Train.Training;

namespace Swat.Bench.Ops;

/// <summary>
/// The operations of a training step that are bound by memory, at the shapes of the 340M model: 8 x 4096 tokens of width 1024,
/// feed-forward width 2816, vocabulary 32000. Each rate counts the fewest bytes that the operation must move and is given as a fraction of
/// the device's copy.
/// </summary>
internal sealed class OperationsBenchmark : IBenchmark
{
    private const int Width = 1024;
    private const int FeedForward = 2816;
    private const int Vocabulary = 32000;
    private const int Heads = 16;

    private readonly Option<bool> profile = new("--profile") { Description = "List the kernels of each operation, with the cache warm." };

    public string Name => "ops";

    public string Description => "Times the memory-bound operations against the device's copy.";

    public IReadOnlyList<Option> Options => [profile];

    public IEnumerable<BenchRow> Run(BenchRun run)
    {
        var device = run.Device;
        var lists = run.Arguments.GetValue(profile);
        var (batch, length) = device.Kind == DeviceKind.Cpu ? (1, 256) : (8, 4096);
        var copy = Copy(run, 2L * batch * length * Width * 4);
        yield return new BenchRow("copy", copy.Time, copy.Rate, "GB/s");
        foreach (var make in Cases(device, batch, length))
        {
            using var scope = device.Scope();
            using var tape = new Tape(device);
            foreach (var operation in make(tape))
            {
                if (!run.Wants(operation.Name))
                    continue;
                var time = run.Time(operation.Work);
                var rate = operation.Bytes / time.Median / 1e9;
                yield return new BenchRow(operation.Name, time, rate, "GB/s", $"{100 * rate / copy.Rate:F0} % of the copy");
                if (lists)
                    Profile(device, operation.Work);
            }
        }
    }

    private static void Profile(TensorDevice device, Action work)
    {
        using var profiler = new LaunchProfiler(device);
        work();
        KernelTable.Write(Console.Out, device.Info, profiler.ByKernel(), 1, int.MaxValue);
    }

    private static (Timing Time, double Rate) Copy(BenchRun run, long bytes)
    {
        using var source = Tensor.Full(run.Device, [(int)(bytes / 4)], 1);
        using var target = Tensor.Empty(run.Device, [(int)(bytes / 4)]);
        var time = run.Time(() => target.CopyFrom(source));
        return (time, 2 * bytes / time.Median / 1e9);
    }

    private static IEnumerable<Func<Tape, IEnumerable<OperationCase>>> Cases(TensorDevice device, int batch, int length)
    {
        var rows = batch * length;
        double elements = (double)rows * Width;
        yield return tape =>
        {
            var x = Leaf(Random(device, [rows, Width], 1));
            var weight = Leaf(Tensor.Full(device, [Width], 1));
            var dy = Random(device, [rows, Width], 2);
            return
            [
                Forward("rms_norm", 4 * elements, device, () => x.RmsNorm(weight)),
                Backward("rms_norm", 6 * elements, tape, x.RmsNorm(weight), dy, x, weight),
            ];
        };
        yield return tape =>
        {
            var x = Leaf(Random(device, [rows, Width], 1));
            var residual = Random(device, [rows, Width], 2);
            var weight = Leaf(Tensor.Full(device, [Width], 1));
            var dy = Random(device, [rows, Width], 3);
            var (sum, normalized) = x.AddRmsNorm(residual, weight);
            var both = Tape.Record("both", [sum, normalized], sum.Detach(), [], context =>
            {
                context.AccumulateShared(0, context.OutputGradient);
                context.AccumulateShared(1, context.OutputGradient);
            });
            return
            [
                Forward("add_rms_norm", 8 * elements, device, () => x.AddRmsNorm(residual, weight).Normalized),
                // One tensor serves as the gradient of both outputs and counts once.
                Backward("add_rms_norm", 6 * elements, tape, both, dy, x, weight),
            ];
        };
        yield return tape =>
        {
            Shape shape = [rows, FeedForward];
            var count = (double)shape.Count;
            var gate = Leaf(Random(device, shape, 1));
            var up = Leaf(Random(device, shape, 2));
            var dy = Random(device, shape, 3);
            return
            [
                Forward("swiglu", 6 * count, device, () => gate.SwiGlu(up)),
                Backward("swiglu", 10 * count, tape, gate.SwiGlu(up), dy, gate, up),
            ];
        };
        yield return tape =>
        {
            Shape shape = [rows, 2 * FeedForward];
            var count = shape.Count / 2.0;
            var x = Leaf(Random(device, shape, 1));
            var dy = Random(device, [rows, FeedForward], 2);
            return
            [
                Forward("joint swiglu", 6 * count, device, () => x.SwiGlu()),
                Backward("joint swiglu", 10 * count, tape, x.SwiGlu(), dy, x),
            ];
        };
        yield return tape =>
        {
            var x = Random(device, [batch, length, 3 * Width], 1);
            var table = new RotaryTable(device, length, Width / Heads);
            return [Forward("split_heads with rotary", 12 * elements + length * 64 * 4.0, device, () => x.SplitHeads(Heads, Heads, table).Query)];
        };
        yield return tape =>
        {
            var x = Random(device, [batch, length, Heads, Width / Heads], 1);
            var table = new RotaryTable(device, length, Width / Heads);
            return [Forward("rotary", 4 * elements + length * 64 * 4.0, device, () => x.Rotary(table))];
        };
        yield return tape =>
        {
            var x = Random(device, [rows, Width], 1);
            var y = Random(device, [rows, Width], 2);
            return [Forward("residual add", 6 * elements, device, () => x.Add(y))];
        };
        yield return tape =>
        {
            var logits = Leaf(Random(device, [rows, Vocabulary], 1));
            var targets = Tensor.FromArray(device, Enumerable.Range(0, rows).Select(i => i * 7 % Vocabulary).ToArray(), [rows]);
            var count = (double)rows * Vocabulary;
            return
            [
                Forward("cross_entropy", 2 * count, device, () => logits.CrossEntropy(targets)),
                Backward("cross_entropy", 4 * count, tape, logits.CrossEntropy(targets), null, logits),
            ];
        };
        yield return tape =>
        {
            var x = Random(device, [rows, Width], 1, DType.Float32);
            return [Forward("convert float32 to bfloat16", 6 * elements, device, () => x.To(DType.BFloat16))];
        };
        yield return tape =>
        {
            var x = Random(device, [rows, Width], 1);
            return [Forward("convert bfloat16 to float32", 6 * elements, device, () => x.To(DType.Float32))];
        };
        yield return tape => AdamWCases(device, rows);
    }

    /// <summary>As many parameters as the 340M model has, in as many tensors.</summary>
    private static IEnumerable<OperationCase> AdamWCases(TensorDevice device, int rows)
    {
        var layers = rows >= 32768 ? 24 : 1;
        var shapes = new List<Shape> { new(Vocabulary, Width), new(Vocabulary, Width), new(Width) };
        for (var layer = 0; layer < layers; layer++)
        {
            for (var i = 0; i < 4; i++)
                shapes.Add([Width, Width]);
            shapes.AddRange([new(FeedForward, Width), new(FeedForward, Width), new(Width, FeedForward), new(Width), new(Width)]);
        }

        var parameters = shapes.Select(shape => Leaf(Tensor.Full(device, shape, 0.5f))).ToArray();
        var count = shapes.Sum(shape => (double)shape.Count);
        foreach (var parameter in parameters)
        {
            using var tape = new Tape(device);
            parameter.Scale(0.01f).Sum().Backward();
        }

        using var optimizer = new AdamW([new ParameterGroup(parameters, 0.1f)]);
        yield return new OperationCase("adamw, 340M parameters", 28 * count, () => optimizer.Step(1e-4f));
        yield return new OperationCase("gradient norm, 340M parameters", 4 * count, () => GradientNorm.Compute(parameters, 1).Dispose());
        foreach (var parameter in parameters)
            parameter.ZeroGrad();
    }

    private static Tensor Random(TensorDevice device, Shape shape, ulong seed, DType type = DType.BFloat16) =>
        Tile(Tensor.Uniform(device, [1, PatternLength(shape)], seed, low: -2, high: 2, type: type), shape);

    private static Tensor Tile(Tensor pattern, Shape shape) =>
        pattern.BroadcastTo([(int)(shape.Count / pattern.Count), (int)pattern.Count]).Reshape(shape);

    /// <summary>The host draws the numbers; a part of them, repeated, will do.</summary>
    private static int PatternLength(Shape shape) => (int)Math.Min(1 << 20, shape.Count & -shape.Count);

    private static Tensor Leaf(Tensor tensor)
    {
        tensor.RequiresGrad = true;
        return tensor;
    }

    private static void Forget(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
            tensor.ZeroGrad();
    }

    private static OperationCase Forward(string name, double bytes, TensorDevice device, Func<Tensor> operation) =>
        new(name, bytes, () =>
        {
            using (device.NoGrad())
            using (device.Scope())
                operation();
        });

    private static OperationCase Backward(string name, double bytes, Tape tape, Tensor output, Tensor? gradient, params Tensor[] leaves) =>
        new($"{name} backward", bytes, () =>
        {
            Forget(leaves);
            tape.Backward(output, gradient, keepGraph: true);
        });
}
