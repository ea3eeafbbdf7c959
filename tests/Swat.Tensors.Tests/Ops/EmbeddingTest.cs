using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class EmbeddingTest(string deviceName) : DeviceTest(deviceName)
{
    [TestCase(1, 1, 1)]
    [TestCase(5, 63, 129)]
    [TestCase(257, 300, 100)]
    [TestCase(1500, 40, 2)]
    [TestCase(3, 16, 2500)]
    [TestCase(700, 1064, 1030)]
    public void Looks_rows_up_and_adds_gradients_of_repeated_ones(int rows, int width, int count)
    {
        var indices = Numbers.Integers(count, rows, 7);
        using var indexTensor = Tensor.FromArray(Device, indices, [count]);
        Shape shape = [rows, width];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1))],
            Operation = inputs => inputs[0].Embedding(indexTensor),
            OutputShape = [count, width],
            Forward = Tolerance.Exact,
            Reference = values => [.. indices.SelectMany(index => values[0].Skip(index * width).Take(width))],
            ReferenceGradient = (values, upstream) =>
            {
                var gradient = new double[values[0].Length];
                for (var i = 0; i < upstream.Length; i++)
                    gradient[indices[i / width] * width + i % width] += upstream[i];
                return [gradient];
            },
        }.Run();
    }

    [Test]
    public void An_index_outside_the_table_gives_NaN_and_no_crash()
    {
        using var table = Tensor.Full(Device, [3, 40], 1);
        using var indices = Tensor.FromArray(Device, [0, -1, 3, 2], [4]);
        using var y = table.Embedding(indices);
        var values = y.ToArray();
        Assert.That(values[..40], Is.All.EqualTo(1f));
        Assert.That(values[40..120], Is.All.NaN);
        Assert.That(values[120..], Is.All.EqualTo(1f));
    }
}
