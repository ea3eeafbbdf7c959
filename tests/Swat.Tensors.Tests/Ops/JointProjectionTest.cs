using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class JointProjectionTest(string deviceName) : DeviceTest(deviceName)
{
    [TestCase(5, 2)]
    [TestCase(3, 48)]
    [TestCase(7, 1030)]
    public void SwiGlu_of_two_halves_is_that_of_two_tensors(int rows, int width)
    {
        Shape shape = [rows, width];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1))],
            Operation = inputs => inputs[0].SwiGlu(),
            OutputShape = [rows, width / 2],
            Reference = values => Gate(values[0], width / 2),
        }.Run();
    }

    [TestCase(1, 3, 2, 1, 16, true)]
    [TestCase(2, 7, 4, 2, 32, true)]
    [TestCase(1, 5, 2, 2, 6, true)]
    [TestCase(2, 5, 3, 1, 48, false)]
    public void Heads_are_split_and_rotated(int batch, int length, int heads, int keyHeads, int headDim, bool rotates)
    {
        using var table = rotates ? new RotaryTable(Device, length + 2, headDim) : null;
        var all = heads + 2 * keyHeads;
        Shape shape = [batch, length, all * headDim];
        var parts = new[] { (0, heads), (heads, keyHeads), (heads + keyHeads, keyHeads) };
        for (var part = 0; part < 3; part++)
        {
            var (first, count) = parts[part];
            var isRotated = rotates && part < 2;
            new OperationCheck(Device)
            {
                Inputs = [(shape, Numbers.Normal(shape, 1))],
                Operation = inputs => Choose(inputs[0].SplitHeads(heads, keyHeads, table), part),
                OutputShape = [batch, length, count, headDim],
                Reference = values => Part(values[0], length, all, first, count, headDim, isRotated),
            }.Run();
        }
    }

    [Test]
    public void The_gradients_of_all_heads_are_joined()
    {
        using var table = new RotaryTable(Device, 4, 16);
        Shape shape = [1, 4, 4 * 16];
        var values = Numbers.Normal(shape, 5);
        new OperationCheck(Device)
        {
            Inputs = [(shape, values)],
            InputTypes = [DType.BFloat16],
            OutputType = DType.BFloat16,
            Operation = inputs =>
            {
                var (query, key, value) = inputs[0].SplitHeads(2, 1, table);
                return new[] { query, key, value }.Concatenate(2);
            },
            OutputShape = [1, 4, 4, 16],
            Reference = inputs =>
            [
                .. Enumerable.Range(0, 4).SelectMany(token => Enumerable.Range(0, 4).SelectMany(head =>
                    Part(inputs[0], 4, 4, head, 1, 16, head < 3).Skip(token * 16).Take(16))),
            ],
        }.Run();
    }

    [Test]
    public void Heads_that_do_not_fit_are_refused()
    {
        using var x = Tensor.Zeros(Device, [1, 2, 50]);
        Assert.That(() => x.SplitHeads(2, 1, null), Throws.ArgumentException.With.Message.Contains("4 heads"));
        using var odd = Tensor.Zeros(Device, [3, 5]);
        Assert.That(() => odd.SwiGlu(), Throws.ArgumentException.With.Message.Contains("gate"));
    }

    private static Tensor Choose((Tensor Query, Tensor Key, Tensor Value) parts, int part) =>
        part switch { 0 => parts.Query, 1 => parts.Key, _ => parts.Value };

    private static double[] Gate(double[] x, int width)
    {
        var y = new double[x.Length / 2];
        for (var i = 0; i < y.Length; i++)
        {
            var gate = x[i / width * 2 * width + i % width];
            y[i] = gate / (1 + Math.Exp(-gate)) * x[i / width * 2 * width + width + i % width];
        }

        return y;
    }

    private static double[] Part(double[] x, int length, int all, int first, int count, int headDim, bool isRotated)
    {
        var tokens = x.Length / (all * headDim);
        var y = new double[tokens * count * headDim];
        for (var token = 0; token < tokens; token++)
        {
            for (var head = 0; head < count; head++)
            {
                for (var i = 0; i < headDim / 2; i++)
                {
                    var from = (token * all + first + head) * headDim + i;
                    var to = (token * count + head) * headDim + i;
                    var angle = isRotated ? token % length * Math.Pow(10000, -2.0 * i / headDim) : 0;
                    y[to] = x[from] * Math.Cos(angle) - x[from + headDim / 2] * Math.Sin(angle);
                    y[to + headDim / 2] = x[from + headDim / 2] * Math.Cos(angle) + x[from] * Math.Sin(angle);
                }
            }
        }

        return y;
    }
}
