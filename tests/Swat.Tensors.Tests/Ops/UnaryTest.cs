using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class UnaryTest(string deviceName) : DeviceTest(deviceName)
{
    private static readonly string[] Names = ["exp", "log", "sqrt", "relu", "tanh", "sigmoid", "gelu", "clamp"];

    [Test]
    public void Functions_follow_their_references([ValueSource(nameof(Names))] string name, [Values(1, 100, 1025)] int count)
    {
        Shape shape = [count];
        // Away from 0, where relu has a kink and the root and the logarithm end.
        var values = Array.ConvertAll(Numbers.Normal(shape, 1, 2), x => Math.Abs(x) < 0.05 ? 0.5 : x);
        if (name is "log" or "sqrt")
            values = Array.ConvertAll(values, Math.Abs);
        var (operation, reference) = Find(name);
        new OperationCheck(Device)
        {
            Inputs = [(shape, values)],
            Operation = inputs => operation(inputs[0]),
            OutputShape = shape,
            Reference = inputs => Array.ConvertAll(inputs[0], x => reference(x)),
        }.Run();
    }

    [Test]
    public void Functions_are_finite_far_out()
    {
        using var x = Tensor.FromArray(Device, [-1e4f, -100f, 0f, 100f, 1e4f], [5]);
        using var scope = Device.Scope();
        Assert.That(x.Sigmoid().ToArray(), Is.EqualTo(new[] { 0f, 0f, 0.5f, 1f, 1f }).Within(1e-7));
        Assert.That(x.Tanh().ToArray(), Is.EqualTo(new[] { -1f, -1f, 0f, 1f, 1f }).Within(1e-7));
        Assert.That(x.Gelu().ToArray(), Is.EqualTo(new[] { 0f, 0f, 0f, 100f, 1e4f }).Within(1e-7));
    }

    [Test]
    public void An_empty_range_is_an_error()
    {
        using var x = Tensor.Zeros(Device, [2]);
        Assert.That(() => x.Clamp(1, 0), Throws.ArgumentException.With.Message.Contains("1 to 0"));
    }

    [Test]
    public void Indices_are_refused()
    {
        using var indices = Tensor.FromArray(Device, [1, 2], [2]);
        Assert.That(() => indices.Exp(), Throws.ArgumentException.With.Message.Contains("exp").And.Message.Contains("Int32[2]"));
    }

    private static (Func<Tensor, Tensor> Operation, Func<double, double> Reference) Find(string name) => name switch
    {
        "exp" => (x => x.Exp(), Math.Exp),
        "log" => (x => x.Log(), Math.Log),
        "sqrt" => (x => x.Sqrt(), Math.Sqrt),
        "relu" => (x => x.Relu(), x => Math.Max(x, 0)),
        "tanh" => (x => x.Tanh(), Math.Tanh),
        "sigmoid" => (x => x.Sigmoid(), x => 1 / (1 + Math.Exp(-x))),
        "gelu" => (x => x.Gelu(), x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
        "clamp" => (x => x.Clamp(-1.21875f, 0.71875f), x => Math.Clamp(x, -1.21875, 0.71875)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
