using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

/// <summary>Operations that move elements and compute nothing.</summary>
public sealed class ArrangementTest(string deviceName) : DeviceTest(deviceName)
{
    [TestCase("5", "0")]
    [TestCase("63,129", "1,0")]
    [TestCase("35,150", "1,0")]
    [TestCase("2,3,5,7", "0,2,1,3")]
    [TestCase("2,3,5,7", "3,1,0,2")]
    [TestCase("2,3,4,5,6", "4,3,2,1,0")]
    public void Dimensions_change_places(string extents, string order)
    {
        var shape = new Shape(Array.ConvertAll(extents.Split(','), int.Parse));
        var places = Array.ConvertAll(order.Split(','), int.Parse);
        var result = new Shape(Array.ConvertAll(places, place => shape[place]));
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1))],
            Operation = inputs => inputs[0].Permute(places),
            OutputShape = result,
            Forward = Tolerance.Exact,
            Reference = values =>
            {
                var y = new double[values[0].Length];
                for (var i = 0; i < y.Length; i++)
                {
                    var rest = i;
                    var coordinates = new int[places.Length];
                    for (var d = places.Length - 1; d >= 0; d--)
                    {
                        coordinates[places[d]] = rest % result[d];
                        rest /= result[d];
                    }

                    var place = 0;
                    for (var d = 0; d < places.Length; d++)
                        place = place * shape[d] + coordinates[d];
                    y[i] = values[0][place];
                }

                return y;
            },
        }.Run();
    }

    [Test]
    public void An_order_that_is_none_is_an_error()
    {
        using var x = Tensor.Zeros(Device, [2, 3]);
        Assert.That(() => x.Permute(0, 0), Throws.ArgumentException.With.Message.Contains("[0, 0]").And.Message.Contains("[2, 3]"));
        Assert.That(() => x.Permute(0), Throws.ArgumentException);
    }

    [TestCase(0, 1, 3)]
    [TestCase(1, 0, 63)]
    [TestCase(1, 62, 63)]
    [TestCase(2, 3, 9)]
    [TestCase(2, 4, 4)]
    public void A_slice_is_a_range_of_a_dimension(int dimension, int start, int end)
    {
        int[] extents = [4, 63, 10];
        var result = (int[])extents.Clone();
        result[dimension] = end - start;
        new OperationCheck(Device)
        {
            Inputs = [(new Shape(extents), Numbers.Normal(new Shape(extents), 1))],
            Operation = inputs => inputs[0].Slice(dimension, start..end),
            OutputShape = new Shape(result),
            Forward = Tolerance.Exact,
            Reference = values =>
            [
                .. from i in Enumerable.Range(0, 4)
                   from j in Enumerable.Range(0, 63)
                   from k in Enumerable.Range(0, 10)
                   let place = new[] { i, j, k }[dimension]
                   where place >= start && place < end
                   select values[0][(i * 63 + j) * 10 + k],
            ],
        }.Run();
    }

    [Test]
    public void A_range_beyond_the_dimension_is_an_error()
    {
        using var x = Tensor.Zeros(Device, [2, 3]);
        Assert.That(() => x.Slice(1, 2..4), Throws.ArgumentException.With.Message.Contains("slice").And.Message.Contains("[2, 3]"));
    }

    [Test]
    public void Tensors_are_joined_along_a_dimension([Values(0, 1, 2)] int dimension)
    {
        int[] extents = [3, 5, 7];
        var shapes = Enumerable.Range(1, 3).Select(i =>
        {
            var own = (int[])extents.Clone();
            own[dimension] = i;
            return new Shape(own);
        }).ToArray();
        var result = (int[])extents.Clone();
        result[dimension] = 6;
        var inner = dimension == 2 ? 1 : dimension == 1 ? 7 : 35;
        var outer = dimension == 0 ? 1 : dimension == 1 ? 3 : 15;
        new OperationCheck(Device)
        {
            Inputs = [.. shapes.Select((shape, i) => (shape, Numbers.Normal(shape, (ulong)i)))],
            Operation = inputs => inputs.Concatenate(dimension),
            OutputShape = new Shape(result),
            Forward = Tolerance.Exact,
            Reference = values =>
            [
                .. from o in Enumerable.Range(0, outer)
                   from part in Enumerable.Range(0, 3)
                   from i in Enumerable.Range(0, (part + 1) * inner)
                   select values[part][o * (part + 1) * inner + i],
            ],
        }.Run();
    }

    [Test]
    public void Tensors_that_differ_elsewhere_are_not_joined()
    {
        using var a = Tensor.Zeros(Device, [2, 3]);
        using var b = Tensor.Zeros(Device, [3, 4]);
        Assert.That(
            () => new[] { a, b }.Concatenate(0),
            Throws.ArgumentException.With.Message.Contains("[2, 3]").And.Message.Contains("[3, 4]"));
    }

    [Test]
    public void Gather_and_scatter_add_are_each_others_derivative()
    {
        const int rows = 9, extent = 30, picks = 70;
        var indices = Numbers.Integers(rows * picks, extent, 5);
        using var indexTensor = Tensor.FromArray(Device, indices, [rows, picks]);
        double[] Gather(double[] x) => [.. indices.Select((index, i) => x[i / picks * extent + index])];
        double[] Scatter(double[] x)
        {
            var y = new double[rows * extent];
            for (var i = 0; i < x.Length; i++)
                y[i / picks * extent + indices[i]] += x[i];
            return y;
        }

        new OperationCheck(Device)
        {
            Inputs = [([rows, extent], Numbers.Normal([rows, extent], 1))],
            Operation = inputs => inputs[0].Gather(indexTensor),
            OutputShape = [rows, picks],
            Forward = Tolerance.Exact,
            Reference = values => Gather(values[0]),
            ReferenceGradient = (_, upstream) => [Scatter(upstream)],
        }.Run();
        new OperationCheck(Device)
        {
            Inputs = [([rows, picks], Numbers.Normal([rows, picks], 1))],
            Operation = inputs => inputs[0].ScatterAdd(indexTensor, extent),
            OutputShape = [rows, extent],
            Reference = values => Scatter(values[0]),
            ReferenceGradient = (_, upstream) => [Gather(upstream)],
        }.Run();
    }

    [Test]
    public void Where_chooses_element_by_element()
    {
        Shape shape = [1030];
        var conditions = Numbers.Integers(1030, 2, 5);
        using var condition = Tensor.FromArray(Device, conditions, shape);
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1)), (shape, Numbers.Normal(shape, 2))],
            Operation = inputs => condition.Where(inputs[0], inputs[1]),
            OutputShape = shape,
            Forward = Tolerance.Exact,
            Reference = values => [.. conditions.Select((holds, i) => values[1 - holds][i])],
        }.Run();
    }

    [Test]
    public void Indices_of_64_bits_name_the_same_elements()
    {
        using var scope = Device.Scope();
        var table = Tensor.FromArray(Device, [.. Enumerable.Range(0, 12).Select(i => (float)i)], [4, 3]);
        long[] wide = [2, 0, 1L << 40, -100];
        var indices = Tensor.FromArray(Device, wide, [4]);
        Assert.That(indices.ToLongArray(), Is.EqualTo(wide));
        Assert.That(table.Embedding(indices).ToArray()[..6], Is.EqualTo([6f, 7f, 8f, 0f, 1f, 2f]));
        Assert.That(table.Embedding(indices).ToArray()[6..], Is.All.NaN);
        var columns = Tensor.FromArray(Device, [2L, 1L, 0L, 2L], [4, 1]);
        Assert.That(table.Gather(columns).ToArray(), Is.EqualTo([2f, 4f, 6f, 11f]));
        Assert.That(Tensor.Full(Device, [4, 1], 5).ScatterAdd(columns, 3).ToArray()[..3], Is.EqualTo([0f, 0f, 5f]));
        var targets = Tensor.FromArray(Device, [2L, 1L, -100L, 0L], [4]);
        var same = Tensor.FromArray(Device, [2, 1, -100, 0], [4]);
        Assert.That(table.CrossEntropy(targets).Item(), Is.EqualTo(table.CrossEntropy(same).Item()));
        Assert.That(table.LinearCrossEntropy(table, targets).Item(), Is.EqualTo(table.LinearCrossEntropy(table, same).Item()));
    }
}
