using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class ElementwiseTest(string deviceName) : DeviceTest(deviceName)
{
    private static readonly string[] Shapes = ["1", "2", "63", "1024", "3,1025", "2,3,100,7"];

    [Test]
    public void Sum_of_two_tensors([ValueSource(nameof(Shapes))] string extents)
    {
        var shape = Parse(extents);
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1)), (shape, Numbers.Normal(shape, 2))],
            Operation = inputs => inputs[0].Add(inputs[1]),
            OutputShape = shape,
            Reference = values => [.. values[0].Zip(values[1], (a, b) => a + b)],
        }.Run();
    }

    [Test]
    public void Multiple_of_a_tensor([ValueSource(nameof(Shapes))] string extents)
    {
        var shape = Parse(extents);
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1))],
            Operation = inputs => inputs[0].Scale(-0.75f),
            OutputShape = shape,
            Reference = values => [.. values[0].Select(x => -0.75 * x)],
        }.Run();
    }

    [Test]
    public void Silu([ValueSource(nameof(Shapes))] string extents)
    {
        var shape = Parse(extents);
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1, 4))],
            Operation = inputs => inputs[0].Silu(),
            OutputShape = shape,
            Reference = values => [.. values[0].Select(SiluReference)],
        }.Run();
    }

    [Test]
    public void SwiGlu([ValueSource(nameof(Shapes))] string extents)
    {
        var shape = Parse(extents);
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1, 3)), (shape, Numbers.Normal(shape, 2))],
            Operation = inputs => inputs[0].SwiGlu(inputs[1]),
            OutputShape = shape,
            Reference = values => [.. values[0].Zip(values[1], (gate, up) => SiluReference(gate) * up)],
        }.Run();
    }

    [Test]
    public void Silu_is_finite_far_out()
    {
        using var x = Tensor.FromArray(Device, [-1000f, -100f, 0f, 100f, 1000f], [5]);
        using var y = x.Silu();
        Assert.That(y.ToArray(), Is.EqualTo(new[] { 0f, 0f, 0f, 100f, 1000f }).Within(1e-6));
    }

    [Test]
    public void Reshape_shares_memory_and_passes_gradients()
    {
        Shape shape = [6, 4];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1))],
            Operation = inputs => inputs[0].Reshape([3, 8]).Scale(2),
            OutputShape = [3, 8],
            Reference = values => [.. values[0].Select(x => 2 * x)],
        }.Run();
        using var x = Tensor.Zeros(Device, shape);
        var bytes = Device.Memory.CurrentBytes;
        using var y = x.Reshape([24]);
        Assert.That(Device.Memory.CurrentBytes, Is.EqualTo(bytes));
        Assert.That(() => x.Reshape([5, 5]), Throws.ArgumentException.With.Message.Contains("[6, 4]").And.Message.Contains("[5, 5]"));
    }

    [Test]
    public void Shapes_that_differ_are_named_with_the_operation()
    {
        using var a = Tensor.Zeros(Device, [2, 3]);
        using var b = Tensor.Zeros(Device, [3, 2]);
        Assert.That(
            () => a.Add(b),
            Throws.ArgumentException.With.Message.Contains("add").And.Message.Contains("[2, 3]").And.Message.Contains("[3, 2]"));
    }

    private static double SiluReference(double x) => x / (1 + Math.Exp(-x));

    private static Shape Parse(string extents) => new(Array.ConvertAll(extents.Split(','), int.Parse));
}
