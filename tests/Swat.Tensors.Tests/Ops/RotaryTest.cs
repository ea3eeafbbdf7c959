using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class RotaryTest(string deviceName) : DeviceTest(deviceName)
{
    [TestCase(1, 1, 1, 2)]
    [TestCase(2, 63, 3, 32)]
    [TestCase(1, 129, 2, 80)]
    [TestCase(3, 5, 4, 96)]
    public void Follows_the_reference(int batch, int length, int heads, int headDim)
    {
        using var table = new RotaryTable(Device, length + 3, headDim);
        Shape shape = [batch, length, heads, headDim];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1))],
            Operation = inputs => inputs[0].Rotary(table),
            OutputShape = shape,
            Reference = values => Rotate(values[0], length, heads, headDim),
        }.Run();
    }

    [Test]
    public void The_first_position_stays_and_lengths_stay()
    {
        using var table = new RotaryTable(Device, 2, 32);
        using var x = Tensor.FromArray(Device, Numbers.Normal([1, 2, 1, 32], 3).ToFloats(), [1, 2, 1, 32]);
        using var y = x.Rotary(table);
        var (before, after) = (x.ToArray(), y.ToArray());
        Assert.That(after[..32], Is.EqualTo(before[..32]));
        Assert.That(after[32..].Sum(v => v * v), Is.EqualTo(before[32..].Sum(v => v * v)).Within(1e-5));
        Assert.That(after[32..], Is.Not.EqualTo(before[32..]));
    }

    [Test]
    public void A_table_that_is_too_short_is_an_error()
    {
        using var table = new RotaryTable(Device, 4, 32);
        using var x = Tensor.Zeros(Device, [1, 5, 1, 32]);
        Assert.That(() => x.Rotary(table), Throws.ArgumentException.With.Message.Contains("4 positions"));
    }

    private static double[] Rotate(double[] x, int length, int heads, int headDim)
    {
        var y = new double[x.Length];
        for (var row = 0; row < x.Length / headDim; row++)
        {
            var position = row / heads % length;
            for (var i = 0; i < headDim / 2; i++)
            {
                var angle = position * Math.Pow(10000, -2.0 * i / headDim);
                var first = x[row * headDim + i];
                var second = x[row * headDim + i + headDim / 2];
                y[row * headDim + i] = first * Math.Cos(angle) - second * Math.Sin(angle);
                y[row * headDim + i + headDim / 2] = second * Math.Cos(angle) + first * Math.Sin(angle);
            }
        }

        return y;
    }
}
