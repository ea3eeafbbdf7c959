using Swat.Tensors.Ops;
using Swat.Tensors.Optimizers;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests;

public sealed class TensorPartTest(string deviceName) : DeviceTest(deviceName)
{
    [Test]
    public void A_part_has_the_rows_of_the_whole_and_of_its_gradient()
    {
        using var whole = Tensor.FromArray(Device, [1f, 2, 3, 4, 5, 6], [3, 2]);
        whole.RequiresGrad = true;
        var part = whole.Part(1..3);
        Assert.That(part.Grad, Is.Null);
        using (var tape = new Tape(Device))
            Tensor.FromArray(Device, [10f, 100], [1, 2]).Linear(whole).Multiply(Tensor.FromArray(Device, [1f, 2, 3], [1, 3])).Sum().Backward();
        Assert.That(part.Shape, Is.EqualTo(new Shape(2, 2)));
        Assert.That(part.ToArray(), Is.EqualTo(new[] { 3f, 4, 5, 6 }));
        Assert.That(part.Grad!.ToArray(), Is.EqualTo(new[] { 20f, 200, 30, 300 }));
        part.ZeroGrad();
        Assert.That(whole.Grad, Is.Null);
        Assert.That(part.Grad, Is.Null);
    }

    [Test]
    public void Gradients_of_several_passes_add_up_in_the_parts()
    {
        using var whole = Tensor.FromArray(Device, [1f, 2, 3, 4], [4]);
        whole.RequiresGrad = true;
        var part = whole.Part(2..);
        for (var pass = 1; pass <= 2; pass++)
        {
            using var tape = new Tape(Device);
            whole.Scale(3).Sum().Backward();
            Assert.That(part.Grad!.ToArray(), Is.EqualTo(new[] { 3f * pass, 3 * pass }));
        }

        Assert.That(whole.Grad!.ToArray(), Is.EqualTo(new[] { 6f, 6, 6, 6 }));
    }

    [Test]
    public void An_optimizer_that_changes_the_parts_changes_the_whole()
    {
        using var whole = Tensor.FromArray(Device, [1f, 2, 3, 4], [2, 2]);
        whole.RequiresGrad = true;
        using var optimizer = new AdamW([new([whole.Part(..1)], 0), new([whole.Part(1..)], 0)]);
        using (var tape = new Tape(Device))
            whole.Sum().Backward();
        optimizer.Step(0.5f);
        Assert.That(whole.ToArray(), Is.EqualTo(new[] { 0.5f, 1.5f, 2.5f, 3.5f }).Within(1e-5f));
        optimizer.ZeroGrad();
        Assert.That(whole.Grad, Is.Null);
    }

    [Test]
    public void Computing_with_a_part_of_a_parameter_is_refused()
    {
        using var whole = Tensor.FromArray(Device, [1f, 2, 3, 4], [4]);
        whole.RequiresGrad = true;
        var part = whole.Part(2..);
        using var tape = new Tape(Device);
        Assert.That(() => part.Scale(2), Throws.InvalidOperationException.With.Message.Contains("compute with the whole"));
    }
}
