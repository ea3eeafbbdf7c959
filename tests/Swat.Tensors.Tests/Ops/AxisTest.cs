using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class AxisTest(string deviceName) : DeviceTest(deviceName)
{
    private static readonly object[] Cases =
    [
        new object[] { new[] { 5 }, 0 },
        new object[] { new[] { 63, 129 }, 0 },
        new object[] { new[] { 63, 129 }, 1 },
        new object[] { new[] { 3, 300, 5 }, 1 },
        new object[] { new[] { 2, 3, 4, 33 }, 2 },
    ];

    [TestCaseSource(nameof(Cases))]
    public void Sums_means_and_maxima_along_a_dimension(int[] extents, int axis)
    {
        var shape = new Shape(extents);
        var (outer, n, inner) = ((int)shape[..axis].Count, extents[axis], (int)shape[(axis + 1)..].Count);
        var dropped = new Shape([.. extents[..axis], .. extents[(axis + 1)..]]);
        var kept = new Shape([.. extents[..axis], 1, .. extents[(axis + 1)..]]);
        double[] Each(double[] x, Func<double[], double> reduce) =>
            [.. from o in Enumerable.Range(0, outer)
                from i in Enumerable.Range(0, inner)
                select reduce([.. Enumerable.Range(0, n).Select(j => x[(o * n + j) * inner + i])])];
        var values = Array.ConvertAll(Numbers.Normal(shape, 1), x => (double)(float)(x + 1));
        foreach (var (operation, reference, result) in new (Func<Tensor, Tensor>, Func<double[], double>, Shape)[]
        {
            (x => x.Sum(axis), line => line.Sum(), dropped),
            (x => x.Sum(axis, keep: true), line => line.Sum(), kept),
            (x => x.Mean(axis), line => line.Average(), dropped),
            (x => x.Max(axis), line => line.Max(), dropped),
        })
        {
            new OperationCheck(Device)
            {
                Inputs = [(shape, values)],
                Operation = inputs => operation(inputs[0]),
                OutputShape = result,
                Reference = inputs => Each(inputs[0], reference),
            }.Run();
        }
    }

    [Test]
    public void The_first_of_equal_maxima_counts()
    {
        using var scope = Device.Scope();
        var x = Tensor.FromArray(Device, [1f, 3f, 3f, 5f, 0f, 5f], [2, 3]);
        Assert.That(x.ArgMax(^1).ToIntArray(), Is.EqualTo(new[] { 1, 0 }));
        Assert.That(x.ArgMax(0).ToIntArray(), Is.EqualTo(new[] { 1, 0, 1 }));
    }

    [Test]
    public void A_dimension_that_is_not_there_is_named()
    {
        using var x = Tensor.Zeros(Device, [2, 3]);
        Assert.That(() => x.Sum(2), Throws.ArgumentException.With.Message.Contains("sum").And.Message.Contains("[2, 3]"));
    }

    [TestCase(1, 1)]
    [TestCase(2, 63)]
    [TestCase(100, 129)]
    public void Softmax_and_its_logarithm(int rows, int width)
    {
        Shape shape = [rows, width];
        foreach (var isLogarithm in new[] { false, true })
        {
            new OperationCheck(Device)
            {
                Inputs = [(shape, Numbers.Normal(shape, 1, 3))],
                Operation = inputs => isLogarithm ? inputs[0].LogSoftmax() : inputs[0].Softmax(),
                OutputShape = shape,
                // The terms of a row cancel, altogether where it has one element.
                GradientScale = 0.2 / width,
                Reference = values =>
                {
                    var y = new double[rows * width];
                    for (var i = 0; i < y.Length; i++)
                    {
                        var logSum = Math.Log(values[0].Skip(i / width * width).Take(width).Sum(Math.Exp));
                        y[i] = isLogarithm ? values[0][i] - logSum : Math.Exp(values[0][i] - logSum);
                    }

                    return y;
                },
            }.Run();
        }
    }

    [Test]
    public void Softmax_of_large_numbers_does_not_overflow()
    {
        using var scope = Device.Scope();
        var x = Tensor.FromArray(Device, [1000f, 1000f, -1000f], [1, 3]);
        Assert.That(x.Softmax().ToArray(), Is.EqualTo(new[] { 0.5f, 0.5f, 0f }).Within(1e-6));
        Assert.That(x.LogSoftmax().ToArray()[2], Is.EqualTo(-2000.6931).Within(1e-3));
    }
}
