using Swat.Tensors.Ops;
using Swat.Tensors.Optimizers;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Optimizers;

public sealed class GradientNormTest(string deviceName) : DeviceTest(deviceName)
{
    [TestCase(null)]
    [TestCase(1f)]
    [TestCase(1e6f)]
    public void The_norm_over_all_parameters_and_the_factor_that_clips_it(float? maximum)
    {
        Shape[] shapes = [[1], [63], [129, 100], [300_001]];
        var gradients = shapes.Select((shape, i) => Numbers.Normal(shape, (ulong)i)).ToArray();
        var parameters = shapes.Select(shape => Tensor.Zeros(Device, shape)).Append(Tensor.Zeros(Device, [7])).ToArray();
        foreach (var parameter in parameters)
            parameter.RequiresGrad = true;
        using (var tape = new Tape(Device))
        {
            for (var i = 0; i < shapes.Length; i++)
                tape.Backward(parameters[i].Scale(1), Tensor.FromArray(Device, gradients[i].ToFloats(), shapes[i]), keepGraph: true);
        }

        var expected = Math.Sqrt(gradients.Sum(gradient => gradient.Sum(value => value * value)));
        using (var norm = GradientNorm.Compute(parameters, maximum))
        {
            Assert.That(norm.Norm.Item(), Is.EqualTo(expected).Within(1e-6 * expected));
            Assert.That(norm.ClipFactor.Item(), Is.EqualTo(Math.Min(1, (maximum ?? double.PositiveInfinity) / expected)).Within(1e-6));
        }

        foreach (var parameter in parameters)
            parameter.Dispose();
    }

    [Test]
    public void No_gradients_have_the_norm_zero_and_are_not_clipped()
    {
        using var parameter = Tensor.Zeros(Device, [3]);
        parameter.RequiresGrad = true;
        using var norm = GradientNorm.Compute([parameter], 1);
        Assert.That(norm.Norm.Item(), Is.Zero);
        Assert.That(norm.ClipFactor.Item(), Is.EqualTo(1f));
    }

    [Test]
    public void A_maximum_of_zero_is_an_error()
    {
        using var parameter = Tensor.Zeros(Device, [3]);
        Assert.That(() => GradientNorm.Compute([parameter], 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
