using Swat.Tensors.Ops;
using Swat.Tensors.Optimizers;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Optimizers;

public sealed class LossScalerTest(string deviceName) : DeviceTest(deviceName)
{
    [Test]
    public void Keeps_gradients_that_Float16_would_lose()
    {
        const float tiny = 1e-6f;
        using var weight = Tensor.Full(Device, [4], 1, DType.Float16);
        weight.RequiresGrad = true;
        using var scaler = new LossScaler(Device);
        using (var tape = new Tape(Device))
            tape.Backward(weight.To(DType.Float32).Scale(tiny / 30).Sum(), scaler.Scale);
        using var norm = GradientNorm.Compute([weight], null, scaler.InverseScale);
        Assert.That(norm.Norm.Item(), Is.EqualTo(2 * tiny / 30).Within(1).Percent);
        Assert.That(norm.ClipFactor.Item(), Is.EqualTo(1 / 65536f));
    }

    [Test]
    public void Clips_to_the_norm_without_the_scale()
    {
        using var weight = Parameter();
        using var scaler = new LossScaler(Device, 1024);
        using (var tape = new Tape(Device))
            tape.Backward(weight.Scale(3).Sum(), scaler.Scale);
        using var norm = GradientNorm.Compute([weight], 1, scaler.InverseScale);
        Assert.That(norm.Norm.Item(), Is.EqualTo(6).Within(1e-5));
        Assert.That(norm.ClipFactor.Item(), Is.EqualTo(1 / 6f / 1024).Within(1e-9));
    }

    [Test]
    public void Halves_after_an_overflow_and_doubles_after_good_steps()
    {
        using var weight = Parameter();
        using var scaler = new LossScaler(Device, 8, growthInterval: 2);
        using var optimizer = new AdamW([new ParameterGroup([weight], 0)]);
        var scales = new List<float>();
        foreach (var factor in new[] { 1, float.PositiveInfinity, 1, 1, 1, 1 })
        {
            using (var tape = new Tape(Device))
                tape.Backward(weight.Scale(factor).Sum(), scaler.Scale);
            using var norm = GradientNorm.Compute([weight], 1, scaler.InverseScale);
            optimizer.Step(0.1f, norm.ClipFactor);
            scaler.Update(norm);
            optimizer.ZeroGrad();
            scales.Add(scaler.Scale.Item());
            Assert.That(scaler.InverseScale.Item(), Is.EqualTo(1 / scaler.Scale.Item()));
        }

        Assert.That(scales, Is.EqualTo([8f, 4f, 4f, 8f, 8f, 16f]));
        Assert.That(optimizer.SkippedSteps, Is.EqualTo(1));
        Assert.That(weight.ToArray(), Has.None.NaN);
    }

    private Tensor Parameter()
    {
        var weight = Tensor.Full(Device, [4], 1);
        weight.RequiresGrad = true;
        return weight;
    }
}
