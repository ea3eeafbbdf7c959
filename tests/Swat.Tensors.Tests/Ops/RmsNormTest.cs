using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class RmsNormTest(string deviceName) : DeviceTest(deviceName)
{
    private const double Epsilon = RmsNormReference.Epsilon;

    [TestCase(1, 2)]
    [TestCase(2, 63)]
    [TestCase(7, 32)]
    [TestCase(129, 100)]
    [TestCase(300, 129)]
    [TestCase(33, 104)]
    [TestCase(3, 768)]
    [TestCase(9, 1024)]
    [TestCase(5, 1288)]
    [TestCase(2, 8192)]
    [TestCase(2, 8200)]
    public void Follows_the_reference(int rows, int width)
    {
        Shape shape = [rows, width];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1, 2)), ([width], Numbers.Normal([width], 2))],
            Operation = inputs => inputs[0].RmsNorm(inputs[1], (float)Epsilon),
            OutputShape = shape,
            Reference = values => RmsNormReference.Normalize(values[0], values[1]),
            ReferenceGradient = (values, upstream) => [.. RmsNormReference.Gradient(values[0], values[1], upstream)],
        }.Run();
    }

    [TestCase(1, 2)]
    [TestCase(33, 104)]
    [TestCase(70, 129)]
    [TestCase(5, 1024)]
    [TestCase(3, 2056)]
    public void A_residual_is_added_and_both_outputs_pass_gradients(int rows, int width)
    {
        Shape shape = [rows, width];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1)), (shape, Numbers.Normal(shape, 2)), ([width], Numbers.Normal([width], 3))],
            Operation = inputs =>
            {
                var (sum, normalized) = inputs[0].AddRmsNorm(inputs[1], inputs[2], (float)Epsilon);
                return new[] { sum, normalized }.Concatenate(0);
            },
            OutputShape = [2 * rows, width],
            Reference = values =>
            {
                double[] sum = [.. values[0].Zip(values[1], (a, b) => a + b)];
                return [.. sum, .. RmsNormReference.Normalize(sum, values[2])];
            },
        }.Run();
    }

    [Test]
    public void A_sum_or_a_norm_alone_passes_its_gradient([Values] bool isSum)
    {
        Shape shape = [5, 40];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1)), (shape, Numbers.Normal(shape, 2))],
            Operation = inputs =>
            {
                var weight = Tensor.Full(Device, [40], 1);
                var (sum, normalized) = inputs[0].AddRmsNorm(inputs[1], weight, (float)Epsilon);
                return isSum ? sum : normalized;
            },
            OutputShape = shape,
            Reference = values =>
            {
                double[] sum = [.. values[0].Zip(values[1], (a, b) => a + b)];
                return isSum ? sum : RmsNormReference.Normalize(sum, [.. Enumerable.Repeat(1.0, 40)]);
            },
        }.Run();
    }

    [Test]
    public void Gradients_of_several_uses_add_up()
    {
        Shape shape = [12, 64];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1)), ([64], Numbers.Normal([64], 2))],
            Operation = inputs => inputs[0].RmsNorm(inputs[1], (float)Epsilon) + inputs[0].RmsNorm(inputs[1], (float)Epsilon) + inputs[0],
            OutputShape = shape,
            Reference = values => [.. RmsNormReference.Normalize(values[0], values[1]).Zip(values[0], (y, x) => 2 * y + x)],
        }.Run();
    }

    [Test]
    public void A_residual_of_other_shape_is_named()
    {
        using var x = Tensor.Zeros(Device, [2, 3]);
        using var residual = Tensor.Zeros(Device, [3, 3]);
        using var weight = Tensor.Zeros(Device, [3]);
        Assert.That(
            () => x.AddRmsNorm(residual, weight),
            Throws.ArgumentException.With.Message.Contains("add_rms_norm").And.Message.Contains("[2, 3]").And.Message.Contains("[3, 3]"));
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
