using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests;

public sealed class TensorTest(string deviceName) : DeviceTest(deviceName)
{
    [Test]
    public void Numbers_go_to_the_device_and_back()
    {
        using var floats = Tensor.FromArray(Device, [1f, -2f, float.NaN, float.PositiveInfinity], [2, 2]);
        Assert.That(floats.ToArray(), Is.EqualTo(new[] { 1f, -2f, float.NaN, float.PositiveInfinity }));
        using var integers = Tensor.FromArray(Device, [1, -2, int.MaxValue], [3]);
        Assert.That(integers.ToIntArray(), Is.EqualTo(new[] { 1, -2, int.MaxValue }));
        Assert.That(integers.ToArray, Throws.InvalidOperationException.With.Message.Contains("Int32"));
    }

    [Test]
    public void Fresh_memory_is_poisoned_in_tests()
    {
        using var x = Tensor.Empty(Device, [1000]);
        Assert.That(x.ToArray(), Is.All.NaN);
        using var indices = Tensor.Empty(Device, [1000], DType.Int32);
        Assert.That(indices.ToIntArray(), Is.All.EqualTo(-1));
    }

    [Test]
    public void Zeros_and_constants()
    {
        using var zeros = Tensor.Zeros(Device, [3, 700]);
        Assert.That(zeros.ToArray(), Is.All.Zero);
        using var full = Tensor.Full(Device, [3, 700], 2.5f);
        Assert.That(full.ToArray(), Is.All.EqualTo(2.5f));
    }

    [Test]
    public void An_empty_tensor_has_no_elements()
    {
        using var empty = Tensor.Zeros(Device, [0, 5]);
        Assert.That(empty.ToArray(), Is.Empty);
        using var sum = empty.Sum();
        Assert.That(sum.Item(), Is.Zero);
        using var more = empty.Add(empty);
        Assert.That(more.Count, Is.Zero);
    }

    [Test]
    public void Use_after_dispose_names_the_tensor()
    {
        var x = Tensor.Zeros(Device, [2]);
        x.Name = "lm_head.weight";
        x.Dispose();
        Assert.That(x.ToArray, Throws.TypeOf<ObjectDisposedException>().With.Message.Contains("lm_head.weight"));
        Assert.That(() => x.Scale(2), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(x.Dispose, Throws.Nothing);
    }

    [Test]
    public void A_clone_has_memory_of_its_own()
    {
        using var x = Tensor.Full(Device, [3], 1);
        using var copy = x.Clone();
        x.FillWith(2);
        Assert.That(copy.ToArray(), Is.All.EqualTo(1f));
    }

    [Test]
    public void Values_that_do_not_fill_the_shape_are_counted()
    {
        Assert.That(
            () => Tensor.FromArray(Device, [1f, 2f, 3f], [2, 2]),
            Throws.ArgumentException.With.Message.Contains("3 values").And.Message.Contains("[2, 2]"));
    }

    [Test]
    public void Random_numbers_depend_on_seed_and_stream_alone()
    {
        using var first = Tensor.Normal(Device, [100_001], seed: 5, stream: 1);
        using var again = Tensor.Normal(Device, [100_001], seed: 5, stream: 1);
        using var other = Tensor.Normal(Device, [100_001], seed: 5, stream: 2);
        var values = first.ToArray();
        Assert.That(again.ToArray(), Is.EqualTo(values));
        Assert.That(other.ToArray(), Is.Not.EqualTo(values));
        // The error of the mean is 1/√100001 = 0.003; five of them.
        Assert.That(values.Average(), Is.Zero.Within(0.016));
        Assert.That(values.Select(value => value * value).Average(), Is.EqualTo(1).Within(0.03));
        using var uniform = Tensor.Uniform(Device, [100_001], seed: 5, low: -2, high: 2);
        Assert.That(uniform.ToArray(), Is.All.InRange(-2f, 2f));
        Assert.That(uniform.ToArray().Average(), Is.Zero.Within(0.02));
    }
}
