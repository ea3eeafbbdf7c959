using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

/// <summary>The operations on tensors stored in 16 bits, alone and with parameters that are kept in Float32.</summary>
[TestFixtureSource(typeof(StorageTypeTest), nameof(Fixtures))]
public sealed class StorageTypeTest(string deviceName, DType type) : DeviceTest(deviceName)
{
    private const int Rows = 30;
    private const int Width = 72;

    /// <summary>Operations on x [30, 72], positive and apart from the kinks of those that have some, and y [72].</summary>
    private static readonly Dictionary<string, (Func<Tensor, Tensor, Tensor> Operation, Shape Output, Func<double[], double[], double[]> Reference)> Others = new()
    {
        ["subtract"] = Elements((x, y) => x - y, (x, y) => x - y),
        ["multiply"] = Elements((x, y) => x * y, (x, y) => x * y),
        ["divide"] = Elements((x, y) => x / y, (x, y) => x / y),
        ["scale"] = Elements((x, y) => x.Scale(3), (x, y) => 3 * x),
        ["exp"] = Elements((x, y) => x.Exp(), (x, y) => Math.Exp(x)),
        ["log"] = Elements((x, y) => x.Log(), (x, y) => Math.Log(x)),
        ["sqrt"] = Elements((x, y) => x.Sqrt(), (x, y) => Math.Sqrt(x)),
        ["tanh"] = Elements((x, y) => x.Tanh(), (x, y) => Math.Tanh(x)),
        ["sigmoid"] = Elements((x, y) => x.Sigmoid(), (x, y) => 1 / (1 + Math.Exp(-x))),
        ["silu"] = Elements((x, y) => x.Silu(), (x, y) => x / (1 + Math.Exp(-x))),
        ["gelu"] = Elements((x, y) => x.Gelu(), (x, y) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
        ["relu"] = Elements((x, y) => x.Relu(), (x, y) => Math.Max(x, 0)),
        ["clamp"] = Elements((x, y) => x.Clamp(0.6123f, 1.3457f), (x, y) => Math.Clamp(x, 0.6123f, 1.3457f)),
        ["broadcast"] = Elements((x, y) => y.BroadcastTo([Rows, Width]) + x, (x, y) => y + x),
        ["softmax"] = EachRow(x => x.Softmax(), [Rows, Width], row => Array.ConvertAll(row, x => Math.Exp(x) / row.Sum(Math.Exp))),
        ["log_softmax"] = EachRow(x => x.LogSoftmax(), [Rows, Width], row => Array.ConvertAll(row, x => x - Math.Log(row.Sum(Math.Exp)))),
        ["sum"] = EachRow(x => x.Sum(1), [Rows], row => [row.Sum()]),
        ["mean"] = EachRow(x => x.Mean(1), [Rows], row => [row.Average()]),
        ["max"] = EachRow(x => x.Max(1), [Rows], row => [row.Max()]),
        ["slice"] = EachRow(x => x.Slice(1, 3..8), [Rows, 5], row => row[3..8]),
        ["concatenate"] = EachRow(x => new[] { x, x }.Concatenate(1), [Rows, 2 * Width], row => [.. row, .. row]),
        ["joint swiglu"] = EachRow(
            x => x.SwiGlu(),
            [Rows, Width / 2],
            row => [.. row[..(Width / 2)].Zip(row[(Width / 2)..], (gate, up) => gate / (1 + Math.Exp(-gate)) * up)]),
        ["matmul of batches"] = EachRow(
            x => x.Reshape([Rows, 9, 8]).MatMul(x.Reshape([Rows, 9, 8]), transposeB: true),
            [Rows, 9, 9],
            row => [.. from i in Enumerable.Range(0, 9) from j in Enumerable.Range(0, 9) select Enumerable.Range(0, 8).Sum(k => row[i * 8 + k] * row[j * 8 + k])]),
        ["add_rms_norm"] = EachRow(
            x => x.AddRmsNorm(x, Tensor.Full(x.Device, [Width], 0.5f)).Normalized,
            [Rows, Width],
            row => Array.ConvertAll(row, x => x / Math.Sqrt(4 * row.Sum(other => other * other) / Width + 1e-6f))),
    };

    private static IEnumerable<string> OtherNames => Others.Keys;

    private static IEnumerable<object[]> Fixtures =>
        from name in TestDevices.Names
        from type in new[] { DType.BFloat16, DType.Float16 }
        select new object[] { name, type };

    [Test]
    public void Conversion_rounds_to_nearest_even_and_back_is_exact()
    {
        double[] values = [0, -0.0, 1, 1.00390625, 1.01171875, 3.14159274, -65504, 6e-5, 1e-3, .. Numbers.Normal([500], 1)];
        using var x = Tensor.FromArray(Device, values.ToFloats(), [values.Length]);
        using var y = x.To(type);
        using var back = y.To(DType.Float32);
        var expected = Numbers.Round(Array.ConvertAll(values, value => (double)(float)value), type).ToFloats();
        Assert.That(y.ToArray(), Is.EqualTo(expected));
        Assert.That(back.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Conversion_passes_gradients() =>
        new OperationCheck(Device)
        {
            Inputs = [([77], Numbers.Normal([77], 1))],
            Operation = inputs => inputs[0].To(type).Scale(2).To(DType.Float32),
            OutputShape = [77],
            Reference = values => [.. Numbers.Round(values[0], type).Select(x => 2 * x)],
            ReferenceGradient = (values, upstream) => [[.. Numbers.Round(upstream, type).Select(dy => 2 * dy)]],
        }.Run();

    [Test]
    public void Products([Values] bool transposeA, [Values] bool transposeB)
    {
        const int m = 65, n = 70, k = 33;
        new OperationCheck(Device)
        {
            Inputs = [(transposeA ? [k, m] : [m, k], Numbers.Normal([m, k], 1)), (transposeB ? [n, k] : [k, n], Numbers.Normal([k, n], 2))],
            InputTypes = [type, type],
            OutputType = type,
            Operation = inputs => inputs[0].MatMul(inputs[1], transposeA, transposeB),
            OutputShape = [m, n],
            Reference = values =>
            {
                var c = new double[m * n];
                for (var i = 0; i < c.Length; i++)
                {
                    for (var l = 0; l < k; l++)
                    {
                        c[i] += values[0][transposeA ? l * m + i / n : i / n * k + l]
                            * values[1][transposeB ? i % n * k + l : l * n + i % n];
                    }
                }

                return c;
            },
        }.Run();
    }

    [Test]
    public void A_layer_with_parameters_of_either_type([Values] bool hasMasters)
    {
        const int rows = 50, inputs = 33, outputs = 40;
        var parameterType = hasMasters ? DType.Float32 : type;
        new OperationCheck(Device)
        {
            Inputs =
            [
                ([rows, inputs], Numbers.Normal([rows, inputs], 1)),
                ([outputs, inputs], Numbers.Round(Numbers.Normal([outputs, inputs], 2), type)),
                ([outputs], Numbers.Normal([outputs], 3)),
            ],
            InputTypes = [type, parameterType, parameterType],
            OutputType = type,
            Operation = tensors => tensors[0].Linear(tensors[1], tensors[2]),
            OutputShape = [rows, outputs],
            Reference = values =>
            {
                var y = new double[rows * outputs];
                for (var i = 0; i < y.Length; i++)
                {
                    y[i] = values[2][i % outputs];
                    for (var l = 0; l < inputs; l++)
                        y[i] += values[0][i / outputs * inputs + l] * values[1][i % outputs * inputs + l];
                }

                return y;
            },
        }.Run();
    }

    [Test]
    public void Normalisation_with_a_weight_of_either_type([Values] bool hasMasters)
    {
        const int rows = 30, width = 70;
        new OperationCheck(Device)
        {
            Inputs = [([rows, width], Numbers.Normal([rows, width], 1)), ([width], Numbers.Normal([width], 2))],
            InputTypes = [type, hasMasters ? DType.Float32 : type],
            OutputType = type,
            Operation = inputs => inputs[0].RmsNorm(inputs[1]),
            OutputShape = [rows, width],
            Reference = values =>
            {
                var y = new double[rows * width];
                for (var i = 0; i < y.Length; i++)
                {
                    var squares = values[0].Skip(i / width * width).Take(width).Sum(x => x * x);
                    y[i] = values[0][i] * values[1][i % width] / Math.Sqrt(squares / width + 1e-6f);
                }

                return y;
            },
        }.Run();
    }

    [Test]
    public void Elementwise_operations()
    {
        Shape shape = [3, 700];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1)), (shape, Numbers.Normal(shape, 2))],
            InputTypes = [type, type],
            OutputType = type,
            Operation = inputs => inputs[0].SwiGlu(inputs[1]),
            OutputShape = shape,
            Reference = values => [.. values[0].Zip(values[1], (gate, up) => gate / (1 + Math.Exp(-gate)) * up)],
        }.Run();
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1)), (shape, Numbers.Normal(shape, 2))],
            InputTypes = [type, type],
            OutputType = type,
            Operation = inputs => inputs[0].Add(inputs[1]),
            OutputShape = shape,
            Reference = values => [.. values[0].Zip(values[1], (a, b) => a + b)],
        }.Run();
    }

    [Test]
    public void An_embedding_from_a_table_of_either_type([Values] bool hasMasters)
    {
        var indices = Numbers.Integers(60, 50, 7);
        using var indexTensor = Tensor.FromArray(Device, indices, [60]);
        // Each row is looked up about once: a 16-bit table collects its gradient in 16 bits.
        new OperationCheck(Device)
        {
            Inputs = [([50, 40], Numbers.Normal([50, 40], 1))],
            InputTypes = [hasMasters ? DType.Float32 : type],
            OutputType = type,
            Operation = inputs => inputs[0].Embedding(indexTensor, type),
            OutputShape = [60, 40],
            Reference = values => [.. indices.SelectMany(index => values[0].Skip(index * 40).Take(40))],
        }.Run();
    }

    [Test]
    public void Cross_entropy_is_Float32()
    {
        var targets = Numbers.Integers(20, 30, 3);
        using var targetTensor = Tensor.FromArray(Device, targets, [20]);
        new OperationCheck(Device)
        {
            Inputs = [([20, 30], Numbers.Normal([20, 30], 1))],
            InputTypes = [type],
            Operation = inputs => inputs[0].CrossEntropy(targetTensor),
            OutputShape = [],
            Reference = values =>
            [
                targets.Select((target, row) => Math.Log(values[0].Skip(row * 30).Take(30).Sum(Math.Exp)) - values[0][row * 30 + target]).Average(),
            ],
        }.Run();
    }

    [Test]
    public void Attention([Values] ScoreActivation activation)
    {
        var reference = new AttentionReference(2, 70, 4, 2, 64, 33, [-0.5, -0.25, 0.5, 0.25], activation);
        using var slopes = Tensor.FromArray(Device, reference.Slopes!.ToFloats(), [4]);
        Shape query = [2, 70, 4, 64];
        Shape key = [2, 70, 2, 64];
        var isSoftmax = activation == ScoreActivation.Softmax;
        new OperationCheck(Device)
        {
            Inputs = [(query, Numbers.Normal(query, 1)), (key, Numbers.Normal(key, 2)), (key, Numbers.Normal(key, 3))],
            InputTypes = [type, type, type],
            OutputType = type,
            Operation = inputs => inputs[0].SlidingWindowAttention(inputs[1], inputs[2], slopes, 33, activation),
            OutputShape = query,
            Reference = reference.Forward,
            ReferenceGradient = reference.Backward,
            // The sum that softmax's derivative takes off is made with the stored output.
            GradientScale = isSoftmax ? 1 : 0,
        }.Run();
    }

    [Test]
    public void Rotation()
    {
        using var table = new RotaryTable(Device, 20, 32);
        Shape shape = [1, 20, 2, 32];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1))],
            InputTypes = [type],
            OutputType = type,
            Operation = inputs => inputs[0].Rotary(table),
            OutputShape = shape,
            Reference = values =>
            {
                var y = new double[values[0].Length];
                for (var i = 0; i < y.Length; i++)
                {
                    var (position, d) = (i / 64, i % 32);
                    var (sine, cosine) = Math.SinCos(position * Math.Pow(10000, -2.0 * (d % 16) / 32));
                    y[i] = d < 16
                        ? values[0][i] * cosine - values[0][i + 16] * sine
                        : values[0][i] * cosine + values[0][i - 16] * sine;
                }

                return y;
            },
        }.Run();
    }

    [Test]
    public void Other_operations_round_once([ValueSource(nameof(OtherNames))] string name)
    {
        var (operation, output, reference) = Others[name];
        // Multiples of 1/64 with a step that no two elements of a row share, so that differences see the same maximum.
        var random = new Random(1);
        double[] x = [.. Enumerable.Range(0, Rows).SelectMany(_ => Enumerable.Range(1, Width).OrderBy(_ => random.Next()).Select(i => i / 32.0))];
        var y = Array.ConvertAll(Numbers.Normal([Width], 2, 0.2), value => value + 1);
        new OperationCheck(Device)
        {
            Inputs = [([Rows, Width], x), ([Width], y)],
            InputTypes = [type, type],
            OutputType = type,
            // Every operation takes both, so that both have a gradient.
            Operation = inputs => operation(inputs[0], inputs[1]) + inputs[1].Slice(0, ..1).Scale(0).BroadcastTo(output),
            OutputShape = output,
            Reference = values => reference(values[0], values[1]),
        }.Run();
    }

    [Test]
    public void The_copy_that_is_computed_with_follows_its_parameter()
    {
        using var x = Tensor.Full(Device, [1, 2], 1, type);
        using var weight = Tensor.Full(Device, [3, 2], 1);
        using (var y = x.Linear(weight))
            Assert.That(y.ToArray(), Is.All.EqualTo(2f));
        weight.FillWith(3);
        using (var y = x.Linear(weight))
            Assert.That(y.ToArray(), Is.All.EqualTo(6f));
    }

    [Test]
    public void Two_16_bit_types_do_not_mix()
    {
        var other = type == DType.BFloat16 ? DType.Float16 : DType.BFloat16;
        using var x = Tensor.Zeros(Device, [1, 2], type);
        using var weight = Tensor.Zeros(Device, [3, 2], other);
        Assert.That(
            () => x.Linear(weight),
            Throws.ArgumentException.With.Message.Contains("linear").And.Message.Contains(type.ToString()).And.Message.Contains(other.ToString()));
    }

    private static (Func<Tensor, Tensor, Tensor> Operation, Shape Output, Func<double[], double[], double[]> Reference) Elements(
        Func<Tensor, Tensor, Tensor> operation,
        Func<double, double, double> reference) =>
        (operation, [Rows, Width], (x, y) => [.. x.Select((value, i) => reference(value, y[i % Width]))]);

    private static (Func<Tensor, Tensor, Tensor> Operation, Shape Output, Func<double[], double[], double[]> Reference) EachRow(
        Func<Tensor, Tensor> operation,
        Shape output,
        Func<double[], double[]> reference) =>
        ((x, _) => operation(x), output, (x, _) => [.. Enumerable.Range(0, Rows).SelectMany(row => reference(x.AsSpan(row * Width, Width).ToArray()))]);
}
