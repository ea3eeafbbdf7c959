using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests;

[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Names))]
public class AnomalyDetectionTests(string deviceName)
{
    private TensorDevice Device { get; } = TestDevices.Get(deviceName);

    [Test]
    public void The_operation_whose_result_is_not_finite_first_is_named()
    {
        using var x = Parameter("x", 1, -1);
        using var tape = new Tape(Device, detectAnomalies: true);
        Assert.That(
            () => x.Scale(2).Log().Exp().Sum(),
            Throws.TypeOf<NonFiniteValueException>().With.Property(nameof(NonFiniteValueException.Operation)).EqualTo("log").And.Message.Contains("1 values"));
    }

    [Test]
    public void The_derivative_whose_gradient_is_not_finite_first_is_named()
    {
        using var x = Parameter("x", 0, 1);
        using var tape = new Tape(Device, detectAnomalies: true);
        var sum = x.Sqrt().Sum();
        Assert.That(() => sum.Backward(), Throws.TypeOf<NonFiniteValueException>().With.Message.Contains("the derivative of sqrt").And.Message.Contains("(x)"));
        x.Grad?.Dispose();
        x.Grad = null;
    }

    [Test]
    public void A_parameter_that_is_not_finite_is_named_rather_than_the_operation_that_reads_it()
    {
        using var x = Parameter("weights", float.NaN, 1);
        using var tape = new Tape(Device, detectAnomalies: true);
        Assert.That(() => x.Scale(2), Throws.TypeOf<NonFiniteValueException>().With.Message.Contains("its input weights"));
    }

    [Test]
    public void The_parts_of_a_recomputation_are_looked_at_one_by_one()
    {
        using var x = Parameter("x", -1, 1);
        using var tape = new Tape(Device, detectAnomalies: true);
        Assert.That(
            () => Recomputation.Run(x.Scale(1), part => part.Log().Exp()),
            Throws.TypeOf<NonFiniteValueException>().With.Property(nameof(NonFiniteValueException.Operation)).EqualTo("log"));
    }

    [Test]
    public void Finite_values_pass()
    {
        using var x = Parameter("x", 1, 2);
        using (var tape = new Tape(Device, detectAnomalies: true))
            x.Log().Sum().Backward();
        Assert.That(x.Grad!.ToArray(), Is.EqualTo(new[] { 1, 0.5f }).Within(1e-6));
        x.Grad.Dispose();
        x.Grad = null;
    }

    private Tensor Parameter(string name, params float[] values)
    {
        var tensor = Tensor.FromArray(Device, values, [values.Length]);
        tensor.Name = name;
        tensor.RequiresGrad = true;
        return tensor;
    }
}
