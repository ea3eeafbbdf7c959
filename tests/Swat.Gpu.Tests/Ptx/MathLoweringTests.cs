using Swat.Gpu.Backends.Ptx;
using Swat.Gpu.IR;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Ptx;

/// <summary>The arithmetic that stands for functions PTX lacks, interpreted, against .NET's functions in double precision.</summary>
internal sealed class MathLoweringTests
{
    private static readonly double[] Special =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 2, 3, -3, 10, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e-300, -1e-300, 1e300, 1e-40, 1e38,
        -1e38, 88, 89, -87, -103, -105, 127, 128, -149, -151, 709, 710, -745, -746, 1023, 1024, -1074, -1076, float.MaxValue, float.Epsilon,
        double.MaxValue, double.Epsilon, 100000, 65535.5, 1e22, 3.0e9, 355, 11 * Math.PI / 2, 4503599627370495.5,
    ];

    private static IEnumerable<TestCaseData> Functions()
    {
        (Op Op, Func<double, double> Reference, double Low, double High)[] functions =
        [
            (Op.Exp, Math.Exp, -110, 95), (Op.Exp2, x => Math.Pow(2, x), -152, 130), (Op.Log, Math.Log, 0, 100), (Op.Log2, Math.Log2, 0, 100),
            (Op.Log10, Math.Log10, 0, 1e6), (Op.Sin, Math.Sin, -100, 100), (Op.Cos, Math.Cos, -100, 100), (Op.Tan, Math.Tan, -50, 50),
            (Op.Tanh, Math.Tanh, -3, 3), (Op.Sinh, Math.Sinh, -5, 5), (Op.Cosh, Math.Cosh, -91, 91), (Op.Asin, Math.Asin, -1, 1),
            (Op.Acos, Math.Acos, -1, 1), (Op.Atan, Math.Atan, -10, 10),
        ];
        foreach (var (op, reference, low, high) in functions)
        {
            yield return new TestCaseData(op, true, reference, low, high).SetArgDisplayNames(op.ToString(), "float32");
            yield return new TestCaseData(op, false, reference, low, high).SetArgDisplayNames(op.ToString(), "float64");
        }
    }

    [TestCaseSource(nameof(Functions))]
    public void A_function_is_accurate(Op op, bool single, Func<double, double> reference, double low, double high)
    {
        var random = new Random(1);
        double[] inputs =
        [
            .. Special,
            .. Enumerable.Range(0, 3000).Select(_ => low + ((high - low) * random.NextDouble())),
            .. Enumerable.Range(0, 1000).Select(_ => Math.ScaleB(random.NextDouble() - 0.5, random.Next(single ? -120 : -1000, single ? 120 : 1000))),
        ];
        var results = Evaluate(op, single, inputs, null);
        Compare(inputs, results, single, i => reference(Round(inputs[i], single)), i => $"{op}({inputs[i]:R})");
    }

    [TestCase(Op.Pow, true)]
    [TestCase(Op.Pow, false)]
    [TestCase(Op.Atan2, true)]
    [TestCase(Op.Atan2, false)]
    [TestCase(Op.Remainder, true)]
    [TestCase(Op.Remainder, false)]
    public void A_function_of_two_arguments_is_accurate(Op op, bool single)
    {
        var random = new Random(2);
        double[] some = [0, -0.0, 1, -1, 0.5, 2, 3, -3, -2.5, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e30, 1e-30, 16777217, 1024];
        (double X, double Y)[] inputs =
        [
            .. from x in some from y in some select (x, y),
            .. Enumerable.Range(0, 3000).Select(_ => (10 * random.NextDouble(), 80 * (random.NextDouble() - 0.5))),
            .. Enumerable.Range(0, 500).Select(_ => (Math.ScaleB(random.NextDouble(), random.Next(-100, 100)), Math.ScaleB(random.NextDouble() - 0.5, random.Next(-100, 100)))),
        ];
        Func<double, double, double> reference = op switch { Op.Pow => Math.Pow, Op.Atan2 => Math.Atan2, _ => (x, y) => x % y };
        var results = Evaluate(op, single, [.. inputs.Select(i => i.X)], [.. inputs.Select(i => i.Y)]);
        Compare([.. inputs.Select(i => i.X)], results, single, i => reference(Round(inputs[i].X, single), Round(inputs[i].Y, single)),
            i => $"{op}({inputs[i].X:R}, {inputs[i].Y:R})", exact: op == Op.Remainder);
    }

    private static double Round(double x, bool single) => single ? (float)x : x;

    private static void Compare(double[] inputs, double[] results, bool single, Func<int, double> reference, Func<int, string> name, bool exact = false)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            var expected = Round(reference(i), single);
            if (double.IsNaN(expected) || double.IsInfinity(expected) || expected == 0)
            {
                Assert.That(results[i], Is.EqualTo(expected), () => name(i));
                continue;
            }
            var unit = single
                ? MathF.BitIncrement(MathF.Abs((float)expected)) - MathF.Abs((float)expected)
                : Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected);
            var error = Math.Abs(results[i] - reference(i)) / unit;
            var limit = exact ? 0 : single ? 2.5 : 6;
            if (!double.IsInfinity(unit))
                Assert.That(error, Is.LessThanOrEqualTo(limit), () => $"{name(i)} gave {results[i]:R}, expected {expected:R}: {error} units in the last place");
        }
    }

    private static double[] Evaluate(Op op, bool single, double[] x, double[]? y)
    {
        var b = new IrBuilder("evaluate");
        var (type, memory) = single ? (IrType.Float32, MemoryType.Float32) : (IrType.Float64, MemoryType.Float64);
        var (first, second, result) = (b.View("x"), b.View("y"), b.View("result"));
        var index = b.GlobalIndex();
        Value[] operands = y is null ? [b.Load(memory, first, index)] : [b.Load(memory, first, index), b.Load(memory, second, index)];
        b.Store(memory, result, index, b.Emit(op, type, operands));
        b.Return();
        MathLowering.Run(b.Function);
        Assert.That(b.Function.Uses(op), Is.False);
        y ??= x;
        if (single)
        {
            using var xs = new DeviceArray<float>([.. x.Select(v => (float)v)]);
            using var ys = new DeviceArray<float>([.. y.Select(v => (float)v)]);
            using var results = new DeviceArray<float>(x.Length);
            Run(b, new ArgumentBuffer(b).Set(first, xs).Set(second, ys).Set(result, results), x.Length);
            return [.. results.Span.ToArray().Select(v => (double)v)];
        }
        using var doubleXs = new DeviceArray<double>(x);
        using var doubleYs = new DeviceArray<double>(y);
        using var doubleResults = new DeviceArray<double>(x.Length);
        Run(b, new ArgumentBuffer(b).Set(first, doubleXs).Set(second, doubleYs).Set(result, doubleResults), x.Length);
        return doubleResults.Span.ToArray();
    }

    private static void Run(IrBuilder b, ArgumentBuffer arguments, int count) =>
        IrInterpreter.Run(b.Function, (count, 1, 1), (1, 1, 1), arguments.Bytes);
}
