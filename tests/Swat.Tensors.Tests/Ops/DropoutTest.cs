using Swat.Tensors.Numerics;
using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class DropoutTest(string deviceName) : DeviceTest(deviceName)
{
    [TestCase(1)]
    [TestCase(1025)]
    [TestCase(5000)]
    public void Drops_the_elements_that_the_generator_names(int count)
    {
        const float probability = 0.25f;
        var kept = new bool[count];
        for (var i = 0; i < count; i++)
        {
            var (group, rest) = (i / 1024, i % 1024);
            var (x, y, z, w) = Philox.Block(7, 3, (ulong)(group * 256 + rest % 256));
            kept[i] = Philox.ToUniform(new[] { x, y, z, w }[rest / 256]) >= probability;
        }

        new OperationCheck(Device)
        {
            Inputs = [([count], Numbers.Normal([count], 1))],
            Operation = inputs => inputs[0].Dropout(probability, 7, 3),
            OutputShape = [count],
            Reference = values => [.. values[0].Select((x, i) => kept[i] ? x / (1 - probability) : 0)],
        }.Run();
        if (count > 1000)
            Assert.That(kept.Count(k => !k) / (double)count, Is.EqualTo(probability).Within(0.05));
    }

    [Test]
    public void A_probability_of_one_is_an_error()
    {
        using var x = Tensor.Zeros(Device, [2]);
        Assert.That(() => x.Dropout(1, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
