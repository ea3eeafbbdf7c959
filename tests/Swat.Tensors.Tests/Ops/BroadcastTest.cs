using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class BroadcastTest(string deviceName) : DeviceTest(deviceName)
{
    [Test]
    public void Two_shapes_meet(
        [Values("add", "subtract", "multiply", "divide")] string name,
        [Values("3,5|3,5", "63|1", "1|63", "4,100|100", "4,100|4,1", "2,3,129|3,1", "2,3,5,7|2,1,5,1", "5,1,4|3,1", "2,1,3,1,5|1,2,1,4,1", "|7")]
        string shapes)
    {
        var parts = shapes.Split('|');
        var (a, b) = (Parse(parts[0]), Parse(parts[1]));
        var output = Common(a, b);
        // Divisors away from 0.
        var divisors = Array.ConvertAll(Numbers.Normal(b, 2), x => x + (x < 0 ? -1 : 1));
        new OperationCheck(Device)
        {
            Inputs = [(a, Numbers.Normal(a, 1)), (b, divisors)],
            Operation = inputs => name switch
            {
                "add" => inputs[0] + inputs[1],
                "subtract" => inputs[0] - inputs[1],
                "multiply" => inputs[0] * inputs[1],
                _ => inputs[0] / inputs[1],
            },
            OutputShape = output,
            Reference = values =>
            {
                var c = new double[output.Count];
                for (var i = 0; i < c.Length; i++)
                {
                    var (x, y) = (values[0][Place(i, output, a)], values[1][Place(i, output, b)]);
                    c[i] = name switch { "add" => x + y, "subtract" => x - y, "multiply" => x * y, _ => x / y };
                }

                return c;
            },
        }.Run();
    }

    [TestCase("1", "63")]
    [TestCase("3,1,5", "2,3,4,5")]
    [TestCase("100,1", "100,129")]
    public void A_tensor_is_repeated(string from, string to)
    {
        var (source, target) = (Parse(from), Parse(to));
        new OperationCheck(Device)
        {
            Inputs = [(source, Numbers.Normal(source, 1))],
            Operation = inputs => inputs[0].BroadcastTo(target),
            OutputShape = target,
            Forward = Tolerance.Exact,
            Reference = values => [.. Enumerable.Range(0, (int)target.Count).Select(i => values[0][Place(i, target, source)])],
        }.Run();
    }

    [Test]
    public void Shapes_that_do_not_meet_are_named()
    {
        using var a = Tensor.Zeros(Device, [2, 3]);
        using var b = Tensor.Zeros(Device, [3, 2]);
        Assert.That(
            () => a * b,
            Throws.ArgumentException.With.Message.Contains("multiply").And.Message.Contains("[2, 3]").And.Message.Contains("[3, 2]"));
    }

    [Test]
    public void Multiples_and_negatives()
    {
        using var scope = Device.Scope();
        var x = Tensor.FromArray(Device, [1f, -2f], [2]);
        Assert.That((3 * x).ToArray(), Is.EqualTo(new[] { 3f, -6f }));
        Assert.That((x * 0.5f).ToArray(), Is.EqualTo(new[] { 0.5f, -1f }));
        Assert.That((-x).ToArray(), Is.EqualTo(new[] { -1f, 2f }));
    }

    private static Shape Parse(string extents) => extents.Length == 0 ? [] : new Shape(Array.ConvertAll(extents.Split(','), int.Parse));

    private static Shape Common(Shape a, Shape b)
    {
        var extents = new int[Math.Max(a.Rank, b.Rank)];
        for (var i = 1; i <= extents.Length; i++)
            extents[^i] = Math.Max(i <= a.Rank ? a[^i] : 1, i <= b.Rank ? b[^i] : 1);
        return new Shape(extents);
    }

    private static int Place(int index, Shape output, Shape shape)
    {
        var (place, step) = (0, 1);
        for (var i = 1; i <= output.Rank; i++)
        {
            var coordinate = index % output[^i];
            index /= output[^i];
            if (i > shape.Rank)
                continue;
            place += shape[^i] == 1 ? 0 : coordinate * step;
            step *= shape[^i];
        }

        return place;
    }
}
