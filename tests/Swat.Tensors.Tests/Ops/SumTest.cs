using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class SumTest(string deviceName) : DeviceTest(deviceName)
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(63)]
    [TestCase(257)]
    [TestCase(100_003)]
    public void Sum_and_mean_follow_the_reference(int count)
    {
        Shape shape = [count];
        // Away from 0, so that the sum does not cancel and its relative error means something.
        var values = Array.ConvertAll(Numbers.Normal(shape, 1), x => (double)(float)(x + 1));
        new OperationCheck(Device)
        {
            Inputs = [(shape, values)],
            Operation = inputs => inputs[0].Sum(),
            OutputShape = [],
            Reference = inputs => [inputs[0].Sum()],
        }.Run();
        new OperationCheck(Device)
        {
            Inputs = [(shape, values)],
            Operation = inputs => inputs[0].Mean(),
            OutputShape = [],
            Reference = inputs => [inputs[0].Average()],
        }.Run();
    }

    [Test]
    public void A_sum_of_a_million_numbers_is_accurate_relative_to_the_sum_of_their_sizes()
    {
        var values = Numbers.Normal([1_000_000], 5);
        using var x = Tensor.FromArray(Device, values.ToFloats(), [1_000_000]);
        using var sum = x.Sum();
        Assert.That(sum.Item(), Is.EqualTo(values.Sum()).Within(1e-7 * values.Sum(Math.Abs)));
    }

    [Test]
    public void The_mean_of_nothing_is_an_error()
    {
        using var x = Tensor.Empty(Device, [0, 3]);
        Assert.That(() => x.Mean(), Throws.ArgumentException.With.Message.Contains("[0, 3]"));
    }
}
