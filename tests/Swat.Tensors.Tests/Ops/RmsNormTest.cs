using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class RmsNormTest(string deviceName) : DeviceTest(deviceName)
{
    [TestCase(1, 2)]
    [TestCase(2, 63)]
    [TestCase(7, 32)]
    [TestCase(129, 100)]
    [TestCase(300, 129)]
    [TestCase(3, 768)]
    public void Follows_the_reference(int rows, int width)
    {
        const double epsilon = 1e-5;
        Shape shape = [rows, width];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1, 2)), ([width], Numbers.Normal([width], 2))],
            Operation = inputs => inputs[0].RmsNorm(inputs[1], (float)epsilon),
            OutputShape = shape,
            Reference = values =>
            {
                var y = new double[rows * width];
                for (var row = 0; row < rows; row++)
                {
                    var x = values[0].AsSpan(row * width, width);
                    var squares = 0.0;
                    foreach (var value in x)
                        squares += value * value;
                    for (var i = 0; i < width; i++)
                        y[row * width + i] = values[1][i] * x[i] / Math.Sqrt(squares / width + (float)epsilon);
                }

                return y;
            },
        }.Run();
    }

    [Test]
    public void A_weight_of_other_width_is_named()
    {
        using var x = Tensor.Zeros(Device, [2, 3]);
        using var weight = Tensor.Zeros(Device, [4]);
        Assert.That(
            () => x.RmsNorm(weight),
            Throws.ArgumentException.With.Message.Contains("rms_norm").And.Message.Contains("[2, 3]").And.Message.Contains("[4]"));
    }
}
