using Swat.Tensors.Ops;
using Swat.Tensors.Optimizers;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Optimizers;

public sealed class AdamWTest(string deviceName) : DeviceTest(deviceName)
{
    [TestCase(1)]
    [TestCase(63)]
    [TestCase(2049)]
    public void Follows_the_equations_in_float64(int count)
    {
        const float learningRate = 0.01f;
        const float decay = 0.1f;
        var options = new AdamWOptions { Beta1 = 0.9f, Beta2 = 0.95f, Epsilon = 1e-8f };
        var expected = Numbers.Normal([count], 1);
        using var parameter = Tensor.FromArray(Device, expected.ToFloats(), [count]);
        parameter.RequiresGrad = true;
        using var factor = Tensor.Full(Device, [], 0.5f);
        using var optimizer = new AdamW([new ParameterGroup([parameter], decay)], options);
        var mean = new double[count];
        var square = new double[count];
        for (var step = 1; step <= 5; step++)
        {
            var gradient = Numbers.Normal([count], (ulong)step + 10);
            using (var tape = new Tape(Device))
                tape.Backward(parameter.Scale(1), Tensor.FromArray(Device, gradient.ToFloats(), [count]));
            optimizer.Step(learningRate, factor);
            optimizer.ZeroGrad();
            for (var i = 0; i < count; i++)
            {
                var g = 0.5 * gradient[i];
                mean[i] = options.Beta1 * mean[i] + (1 - options.Beta1) * g;
                square[i] = options.Beta2 * square[i] + (1 - options.Beta2) * g * g;
                expected[i] = expected[i] * (1 - learningRate * decay)
                    - learningRate * (mean[i] / (1 - Math.Pow(options.Beta1, step)))
                    / (Math.Sqrt(square[i] / (1 - Math.Pow(options.Beta2, step))) + options.Epsilon);
            }
        }

        Tolerance.Float32.Check(parameter.ToArray(), expected, "parameter");
        Tolerance.Float32.Check(optimizer.States[0].FirstMoment.ToArray(), mean, "first moment");
        Tolerance.Float32.Check(optimizer.States[0].SecondMoment.ToArray(), square, "second moment");
        Assert.That(optimizer.StepCount, Is.EqualTo(5));
    }

    [Test]
    public void A_parameter_without_a_gradient_stays()
    {
        using var parameter = Tensor.Full(Device, [3], 1);
        parameter.RequiresGrad = true;
        using var optimizer = new AdamW([new ParameterGroup([parameter], 0.1f)]);
        optimizer.Step(0.1f);
        Assert.That(parameter.ToArray(), Is.All.EqualTo(1f));
    }

    [Test]
    public void A_constant_is_no_parameter()
    {
        using var constant = Tensor.Zeros(Device, [3]);
        constant.Name = "buffer";
        Assert.That(() => new AdamW([new ParameterGroup([constant], 0)]), Throws.ArgumentException.With.Message.Contains("buffer"));
    }
}
