using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests;

public sealed class TapeTest(string deviceName) : DeviceTest(deviceName)
{
    [Test]
    public void Hooks_see_and_replace_gradients_once_they_are_complete()
    {
        using var x = Tensor.FromArray(Device, [1f, 2f], [2]);
        x.RequiresGrad = true;
        var seen = new List<float[]>();
        x.AddGradientHook(gradient =>
        {
            seen.Add(gradient.ToArray());
            return gradient.Scale(10);
        });
        using (var tape = new Tape(Device))
        {
            var y = x.Scale(3);
            y.AddGradientHook(gradient =>
            {
                seen.Add(gradient.ToArray());
                return null;
            });
            y.AddGradientHook(gradient => gradient.Scale(2));
            (y.Sum() + y.Sum() + x.Sum()).Backward();
        }

        Assert.That(seen, Is.EqualTo(new[] { new[] { 2f, 2f }, [13f, 13f] }));
        Assert.That(x.Grad!.ToArray(), Is.All.EqualTo(130f));
    }

    [Test]
    public void A_hook_must_keep_the_shape()
    {
        using var x = Tensor.FromArray(Device, [1f, 2f], [2]);
        x.RequiresGrad = true;
        using var tape = new Tape(Device);
        var y = x.Scale(3);
        y.AddGradientHook(gradient => gradient.Sum());
        Assert.That(() => y.Sum().Backward(), Throws.ArgumentException.With.Message.Contains("hook").And.Message.Contains("[2]"));
    }

    [Test]
    public void A_constant_takes_no_hook()
    {
        using var x = Tensor.Zeros(Device, [2]);
        Assert.That(() => x.AddGradientHook(_ => null), Throws.InvalidOperationException.With.Message.Contains("RequiresGrad"));
    }

    [Test]
    public void A_value_used_twice_gets_the_sum_of_both_gradients()
    {
        using var x = Leaf([1, 2, 3]);
        using (var tape = new Tape(Device))
        {
            var y = x.Scale(2);
            y.Add(y.Scale(3)).Add(x).Sum().Backward();
        }

        Assert.That(x.Grad!.ToArray(), Is.All.EqualTo(9f));
    }

    [Test]
    public void Gradients_accumulate_over_tapes_until_they_are_zeroed()
    {
        using var x = Leaf([1, 2]);
        for (var i = 0; i < 3; i++)
        {
            using var tape = new Tape(Device);
            x.Sum().Backward();
        }

        Assert.That(x.Grad!.ToArray(), Is.All.EqualTo(3f));
        x.ZeroGrad();
        Assert.That(x.Grad, Is.Null);
        using (var tape = new Tape(Device))
            x.Sum().Backward();
        Assert.That(x.Grad!.ToArray(), Is.All.EqualTo(1f));
    }

    [Test]
    public void The_gradient_of_a_leaf_never_shares_memory_with_another()
    {
        using var a = Leaf([1, 2]);
        using var b = Leaf([3, 4]);
        using (var tape = new Tape(Device))
            a.Add(b).Sum().Backward();
        a.Grad!.FillWith(7);
        Assert.That(b.Grad!.ToArray(), Is.All.EqualTo(1f));
    }

    [Test]
    public void A_second_backward_pass_says_that_the_graph_is_released()
    {
        using var x = Leaf([1, 2]);
        using var tape = new Tape(Device);
        var loss = x.Sum();
        loss.Backward();
        Assert.That(() => loss.Backward(), Throws.InvalidOperationException.With.Message.Contains("released"));
        Assert.That(() => x.Scale(2), Throws.InvalidOperationException.With.Message.Contains("open a new tape"));
    }

    [Test]
    public void A_kept_graph_can_be_differentiated_again()
    {
        using var x = Leaf([1, 2]);
        using var tape = new Tape(Device);
        var loss = x.Silu().Sum();
        tape.Backward(loss, keepGraph: true);
        var first = x.Grad!.ToArray();
        x.ZeroGrad();
        loss.Backward();
        Assert.That(x.Grad!.ToArray(), Is.EqualTo(first));
    }

    [Test]
    public void Backward_without_a_tape_says_how_to_get_one()
    {
        using var x = Leaf([1, 2]);
        using var loss = x.Sum();
        Assert.That(() => loss.Backward(), Throws.InvalidOperationException.With.Message.Contains("new Tape(device)"));
    }

    [Test]
    public void Backward_from_many_numbers_wants_a_gradient()
    {
        using var x = Leaf([1, 2]);
        using var tape = new Tape(Device);
        var y = x.Scale(2);
        Assert.That(() => y.Backward(), Throws.InvalidOperationException.With.Message.Contains("[2]"));
    }

    [Test]
    public void Nothing_is_recorded_under_NoGrad_or_for_constants()
    {
        using var x = Leaf([1, 2]);
        using var constant = Tensor.Zeros(Device, [2]);
        using var tape = new Tape(Device);
        using (Device.NoGrad())
            Assert.That(x.Scale(2).RequiresGrad, Is.False);
        Assert.That(constant.Scale(2).RequiresGrad, Is.False);
        Assert.That(tape.Count, Is.Zero);
        Assert.That(x.Scale(2).RequiresGrad, Is.True);
        Assert.That(tape.Count, Is.EqualTo(1));
    }

    [Test]
    public void A_detached_tensor_is_a_constant()
    {
        using var x = Leaf([1, 2]);
        using (var tape = new Tape(Device))
            x.Scale(2).Detach().Add(x).Sum().Backward();
        Assert.That(x.Grad!.ToArray(), Is.All.EqualTo(1f));
    }

    [Test]
    public void A_saved_tensor_that_changed_in_place_is_an_error()
    {
        using var x = Leaf([1, 2]);
        using var tape = new Tape(Device);
        var loss = x.Silu().Sum();
        x.FillWith(3);
        Assert.That(() => loss.Backward(), Throws.InvalidOperationException.With.Message.Contains("silu").And.Message.Contains("in place"));
    }

    [Test]
    public void Intermediate_results_can_be_disposed_before_the_backward_pass()
    {
        using var x = Leaf([1, 2]);
        using (var tape = new Tape(Device))
        {
            Tensor loss;
            using (var scope = Device.Scope())
                loss = scope.Return(x.Silu().Silu().Sum());
            loss.Backward();
        }

        Assert.That(x.Grad, Is.Not.Null);
    }

    [Test]
    public void Saved_tensors_are_released_as_the_backward_pass_goes_by()
    {
        using var x = Tensor.Zeros(Device, [1 << 16]);
        x.RequiresGrad = true;
        using var tape = new Tape(Device);
        Tensor loss;
        using (var scope = Device.Scope())
        {
            var y = x;
            for (var i = 0; i < 10; i++)
                y = y.Silu();
            loss = scope.Return(y.Sum());
        }

        var before = Device.Memory.CurrentBytes;
        Device.ResetPeakMemory();
        loss.Backward();
        Assert.That(Device.Memory.CurrentBytes, Is.LessThanOrEqualTo(before - 8 * x.ByteCount));
        Assert.That(Device.Memory.PeakBytes, Is.LessThanOrEqualTo(before + 3 * x.ByteCount));
    }

    [Test]
    public void A_tape_that_is_never_differentiated_leaves_nothing_behind()
    {
        using var x = Leaf([1, 2]);
        using (var tape = new Tape(Device))
            x.Silu().Silu().Sum();
        Assert.That(x.Grad, Is.Null);
    }

    [Test]
    public void Tapes_close_in_reverse_order()
    {
        var outer = new Tape(Device);
        var inner = new Tape(Device);
        Assert.That(outer.Dispose, Throws.InvalidOperationException.With.Message.Contains("inner"));
        inner.Dispose();
        outer.Dispose();
    }

    [Test]
    public void Indices_have_no_gradient()
    {
        using var indices = Tensor.FromArray(Device, [1, 2], [2]);
        Assert.That(() => indices.RequiresGrad = true, Throws.InvalidOperationException.With.Message.Contains("Int32"));
    }

    private Tensor Leaf(float[] values)
    {
        var leaf = Tensor.FromArray(Device, values, [values.Length]);
        leaf.RequiresGrad = true;
        return leaf;
    }
}
