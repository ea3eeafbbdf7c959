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
}
