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
        using var processor = TensorDevice.Open("cpu");
        foreach (var make in Cases(device, processor, batch, length))
        {
            using var scope = device.Scope();
            using var tape = new Tape(device);
            foreach (var operation in make(tape))
            {
                if (!run.Wants(operation.Name))
                    continue;
                operation.Check();
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

    private static IEnumerable<Func<Tape, IEnumerable<OperationCase>>> Cases(TensorDevice device, TensorDevice processor, int batch, int length)
    {
        var rows = batch * length;
        double elements = (double)rows * Width;
        Tensor Activations(ulong seed, int width = Width) => Random(device, [rows, width], seed);
        Tensor NormWeight() => Leaf(Tensor.Full(device, [Width], 1));
        yield return tape =>
        {
            var norm = new RowwiseCase("rms_norm", processor, x => x[0].RmsNorm(x[1]), Leaf(Activations(1)), NormWeight());
            return [norm.Forward(4 * elements), norm.Backward(6 * elements, tape, Activations(2))];
        };
        yield return tape =>
        {
            Tensor[] inputs = [Leaf(Activations(1)), Activations(2), NormWeight()];
            var forward = new RowwiseCase("add_rms_norm", processor, x => x[0].AddRmsNorm(x[1], x[2]).Normalized, inputs);
            var backward = new RowwiseCase("add_rms_norm", processor, x => BothOutputs(x, Activations(4)), inputs);
            return [forward.Forward(8 * elements), backward.Backward(8 * elements, tape, Activations(3))];
        };
        yield return tape =>
        {
            var count = (double)rows * FeedForward;
            var swiglu = new RowwiseCase(
                "swiglu", processor, x => x[0].SwiGlu(x[1]), Leaf(Activations(1, FeedForward)), Leaf(Activations(2, FeedForward)));
            return [swiglu.Forward(6 * count), swiglu.Backward(10 * count, tape, Activations(3, FeedForward))];
        };
        yield return tape =>
        {
            var count = (double)rows * FeedForward;
            var swiglu = new RowwiseCase("joint swiglu", processor, x => x[0].SwiGlu(), Leaf(Activations(1, 2 * FeedForward)));
            return [swiglu.Forward(6 * count), swiglu.Backward(10 * count, tape, Activations(3, FeedForward))];
        };
        yield return tape =>
        {
            var table = new RotaryTable(device, length, Width / Heads);
            RotaryTable TableOf(Tensor x) => x.Device == device ? table : new RotaryTable(x.Device, length, Width / Heads);
            var angles = length * (Width / Heads) * 4.0;
            var joint = Random(device, [batch, length, 3 * Width], 1);
            var split = new RowwiseCase("split_heads with rotary", processor, x => x[0].SplitHeads(Heads, Heads, TableOf(x[0])).Query, joint)
            {
                RowDimension = 1,
            };
            var heads = Leaf(Random(device, [batch, length, Heads, Width / Heads], 2));
            var rotary = new RowwiseCase("rotary", processor, x => x[0].Rotary(TableOf(x[0])), heads) { RowDimension = 1 };
            var gradient = Random(device, heads.Shape, 3);
            return [split.Forward(12 * elements + angles), rotary.Forward(4 * elements + angles), rotary.Backward(4 * elements + angles, tape, gradient)];
        };
        yield return tape => [new RowwiseCase("residual add", processor, x => x[0].Add(x[1]), Activations(1), Activations(2)).Forward(6 * elements)];
        yield return tape => CrossEntropyCases(device, processor, tape, rows);
        yield return tape =>
        [
            new RowwiseCase("convert float32 to bfloat16", processor, x => x[0].To(DType.BFloat16), Random(device, [rows, Width], 1, DType.Float32))
                .Forward(6 * elements),
        ];
        yield return tape =>
            [new RowwiseCase("convert bfloat16 to float32", processor, x => x[0].To(DType.Float32), Activations(1)).Forward(6 * elements)];
        yield return tape => AdamWCases(device, rows);
    }

    /// <summary>Sum and normalisation as one result, whose gradient goes to the normalisation; that of the sum is another tensor.</summary>
    private static Tensor BothOutputs(Tensor[] x, Tensor gradientOfSum)
    {
        var (sum, normalized) = x[0].AddRmsNorm(x[1], x[2]);
        if (sum.Device != gradientOfSum.Device)
        {
            using (gradientOfSum.Device.Scope())
                gradientOfSum = Tensor.FromArray(sum.Device, gradientOfSum.Slice(0, ..sum.Shape[0]).ToArray(), sum.Shape);
        }

        return Tape.Record("both", [sum, normalized], sum.Detach(), [], context =>
        {
            context.AccumulateShared(0, gradientOfSum);
            context.AccumulateShared(1, context.OutputGradient);
        });
    }

    /// <summary>Checked on some rows: the mean is one number of all of them.</summary>
    private static IEnumerable<OperationCase> CrossEntropyCases(TensorDevice device, TensorDevice processor, Tape tape, int rows)
    {
        const int checkedRows = 8;
        var logits = Leaf(Random(device, [rows, Vocabulary], 1));
        int[] classes = [.. Enumerable.Range(0, rows).Select(i => i * 7 % Vocabulary)];
        var targets = Tensor.FromArray(device, classes, [rows]);
        var count = (double)rows * Vocabulary;
        var loss = logits.CrossEntropy(targets);
        yield return new OperationCase(
            "cross_entropy",
            2 * count,
            () =>
            {
                using (device.NoGrad())
                using (device.Scope())
                    logits.CrossEntropy(targets);
            },
            () => (Sample(device).Loss, Sample(processor).Loss));
        yield return new OperationCase(
            "cross_entropy backward",
            4 * count,
            () =>
            {
                logits.ZeroGrad();
                tape.Backward(loss, keepGraph: true);
            },
            () => (Sample(device).Gradient, Sample(processor).Gradient));

        (float[] Loss, float[] Gradient) Sample(TensorDevice on)
        {
            using var scope = new Tape(on);
            Tensor some;
            using (device.NoGrad())
            {
                var values = logits.Slice(0, ..checkedRows).ToArray();
                some = Leaf(Tensor.FromArray(on, values, [checkedRows, Vocabulary], on == device ? DType.BFloat16 : DType.Float32));
            }

            var result = some.CrossEntropy(Tensor.FromArray(on, classes.AsSpan(0, checkedRows), [checkedRows]));
            result.Backward();
            return ([result.Item()], some.Grad!.ToArray());
        }
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
        const float learningRate = 1e-4f;
        yield return new OperationCase("adamw, 340M parameters", 28 * count, () => optimizer.Step(learningRate), () =>
        {
            optimizer.Step(learningRate);
            // The first step is the learning rate long, whatever the gradient.
            return (parameters[^2].ToArray(), [.. Enumerable.Repeat(0.5f - learningRate * (1 + 0.1f * 0.5f), Width)]);
        });
        yield return new OperationCase("gradient norm, 340M parameters", 4 * count, () => GradientNorm.Compute(parameters, 1).Dispose(), () =>
        {
            using var norm = GradientNorm.Compute(parameters, 1);
            return ([norm.Norm.Item()], [(float)(0.01 * Math.Sqrt(count))]);
        });
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
}
