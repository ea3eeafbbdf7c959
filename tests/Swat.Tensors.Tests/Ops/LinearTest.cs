using MathNet.Numerics.LinearAlgebra;
using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class LinearTest(string deviceName) : DeviceTest(deviceName)
{
    [TestCase(1, 1, 1, 1, true)]
    [TestCase(2, 63, 17, 5, true)]
    [TestCase(3, 43, 100, 65, true)]
    [TestCase(2, 100, 64, 129, false)]
    [TestCase(1, 1, 64, 33, true)]
    [TestCase(1, 3, 24, 9, false)]
    [TestCase(3, 1, 264, 70, true)]
    [TestCase(19, 1, 16, 5, true)]
    public void Follows_the_reference(int batch, int length, int inputs, int outputs, bool hasBias)
    {
        (Shape Shape, double[] Values)[] tensors =
        [
            ([batch, length, inputs], Numbers.Normal([batch, length, inputs], 1)),
            ([outputs, inputs], Numbers.Normal([outputs, inputs], 2)),
            ([outputs], Numbers.Normal([outputs], 3)),
        ];
        new OperationCheck(Device)
        {
            Inputs = hasBias ? tensors : tensors[..2],
            Operation = arguments => arguments[0].Linear(arguments[1], hasBias ? arguments[2] : null),
            OutputShape = [batch, length, outputs],
            Reference = values =>
            {
                var x = Matrix<double>.Build.DenseOfRowMajor(batch * length, inputs, values[0]);
                var weight = Matrix<double>.Build.DenseOfRowMajor(outputs, inputs, values[1]);
                var y = (x * weight.Transpose()).ToRowMajorArray();
                for (var i = 0; hasBias && i < y.Length; i++)
                    y[i] += values[2][i % outputs];
                return y;
            },
        }.Run();
    }

    [Test]
    public void A_weight_of_other_width_is_named()
    {
        using var x = Tensor.Zeros(Device, [2, 3]);
        using var weight = Tensor.Zeros(Device, [4, 5]);
        Assert.That(
            () => x.Linear(weight),
            Throws.ArgumentException.With.Message.Contains("linear").And.Message.Contains("[2, 3]").And.Message.Contains("[4, 5]"));
    }
}
