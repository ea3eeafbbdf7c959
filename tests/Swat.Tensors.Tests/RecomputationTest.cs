using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests;

public sealed class RecomputationTest(string deviceName) : DeviceTest(deviceName)
{
    [Test]
    public void Gradients_are_those_without_recomputation()
    {
        var plain = Gradients(recompute: false, out var plainBytes);
        var recomputed = Gradients(recompute: true, out var recomputedBytes);
        Assert.That(recomputed, Is.EqualTo(plain));
        Assert.That(recomputedBytes, Is.LessThan(plainBytes / 2));
    }

    [Test]
    public void Without_a_tape_the_part_simply_runs()
    {
        using var x = Tensor.Full(Device, [3], 2);
        using var y = Recomputation.Run(x, input => input.Scale(3));
        Assert.That(y.ToArray(), Is.All.EqualTo(6f));
    }

    [Test]
    public void An_input_without_a_gradient_is_refused()
    {
        using var x = Tensor.Full(Device, [3], 2);
        using var tape = new Tape(Device);
        Assert.That(
            () => Recomputation.Run(x, input => input.Scale(3)),
            Throws.InvalidOperationException.With.Message.Contains("recomputation"));
    }

    private float[][] Gradients(bool recompute, out long savedBytes)
    {
        using var x = Tensor.FromArray(Device, Numbers.Normal([64, 32], 1).ToFloats(), [64, 32]);
        using var weight = Tensor.FromArray(Device, Numbers.Normal([32, 32], 2, 0.2).ToFloats(), [32, 32]);
        x.RequiresGrad = true;
        weight.RequiresGrad = true;
        Tensor Part(Tensor input) => input.Linear(weight).Silu().Silu().Silu().Add(input);
        using (var tape = new Tape(Device))
        {
            var before = Device.Memory.CurrentBytes;
            Tensor loss;
            using (var scope = Device.Scope())
            {
                var hidden = x;
                for (var i = 0; i < 4; i++)
                    hidden = recompute ? Recomputation.Run(hidden, Part) : Part(hidden);
                loss = scope.Return(hidden.Sum());
            }

            savedBytes = Device.Memory.CurrentBytes - before;
            loss.Backward();
        }

        return [x.Grad!.ToArray(), weight.Grad!.ToArray()];
    }

    [Test]
    public void What_is_bound_by_memory_is_computed_again_to_the_same_bits_in_less_memory()
    {
        var (kept, keptGradients, mostKept) = Step();
        Device.RecomputesMemoryBound = true;
        try
        {
            var (again, gradients, most) = Step();
            Assert.That(again, Is.EqualTo(kept));
            Assert.That(gradients, Is.EqualTo(keptGradients));
            Assert.That(most, Is.LessThan(mostKept - 3 * 64 * 200 * sizeof(float)));
        }
        finally
        {
            Device.RecomputesMemoryBound = false;
        }
    }

    private (float Loss, float[][] Gradients, long HeldForBackward) Step()
    {
        var parameters = new[] { Parameter([200], 1), Parameter([400, 200], 2), Parameter([200, 200], 3), Parameter([200], 4) };
        using var input = Tensor.Normal(Device, [64, 200], 5);
        float[][] gradients;
        float value;
        long held;
        using (var tape = new Tape(Device))
        {
            Tensor loss;
            using (var scope = Device.Scope())
            {
                var normalized = input.RmsNorm(parameters[0]);
                var hidden = normalized.Linear(parameters[1]).SwiGlu().Linear(parameters[2]);
                var (sum, next) = hidden.AddRmsNorm(normalized, parameters[3]);
                loss = scope.Return((next.Linear(parameters[2]).Silu() * sum).Sum());
            }

            held = Device.Memory.CurrentBytes;
            loss.Backward();
            value = loss.Item();
            gradients = [.. parameters.Select(parameter => parameter.Grad!.ToArray())];
        }

        foreach (var parameter in parameters)
            parameter.Dispose();
        return (value, gradients, held);
    }

    private Tensor Parameter(Shape shape, ulong seed)
    {
        var parameter = Tensor.Normal(Device, shape, seed, standardDeviation: 0.2f);
        parameter.RequiresGrad = true;
        return parameter;
    }
}
