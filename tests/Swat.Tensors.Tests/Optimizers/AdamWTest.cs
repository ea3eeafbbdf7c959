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

    [TestCase(DType.Float32)]
    [TestCase(DType.BFloat16)]
    public void Many_parameters_of_all_sizes_learn_as_if_alone(DType momentType)
    {
        var options = new AdamWOptions { MomentType = momentType };
        Tensor[] together = [.. Enumerable.Range(0, 19).Select(i => Parameter(1 + i * i * 37, i))];
        Tensor[] alone = [.. Enumerable.Range(0, 19).Select(i => Parameter(1 + i * i * 37, i))];
        foreach (var parameters in together.Select((parameter, i) => new[] { parameter, alone[i] }))
        {
            foreach (var parameter in parameters)
            {
                using var tape = new Tape(Device);
                parameter.Multiply(parameter).Sum().Backward();
            }
        }

        using (var optimizer = new AdamW([new ParameterGroup(together, 0.1f)], options))
        {
            for (var step = 0; step < 3; step++)
                optimizer.Step(0.01f);
        }

        for (var i = 0; i < alone.Length; i++)
        {
            using var optimizer = new AdamW([new ParameterGroup([alone[i]], 0.1f)], options);
            for (var step = 0; step < 3; step++)
                optimizer.Step(0.01f);
            Assert.That(together[i].ToArray(), Is.EqualTo(alone[i].ToArray()), $"parameter {i}");
            Assert.That(together[i].ToArray(), Has.None.NaN);
            together[i].Dispose();
            alone[i].Dispose();
        }
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void A_step_whose_gradients_are_not_finite_is_left_out_and_counted(float bad)
    {
        using var good = Parameter(5, 1);
        using var other = Parameter(2000, 2);
        Tensor[] parameters = [good, other];
        using var optimizer = new AdamW([new ParameterGroup(parameters, 0.1f)]);
        var before = other.ToArray();
        foreach (var value in new[] { 1, bad, 2 })
        {
            SetGradients(parameters, value);
            using var norm = GradientNorm.Compute(parameters, 1);
            optimizer.Step(0.01f, norm.ClipFactor);
            var after = other.ToArray();
            Assert.That(after, float.IsFinite(value) ? Is.Not.EqualTo(before) : Is.EqualTo(before));
            Assert.That(after, Has.None.NaN);
            before = after;
            optimizer.ZeroGrad();
        }

        Assert.That(optimizer.StepCount, Is.EqualTo(2));
        Assert.That(optimizer.SkippedSteps, Is.EqualTo(1));
    }

    [Test]
    public void The_learning_rate_and_the_number_of_steps_are_kept_on_the_device()
    {
        using var parameter = Parameter(10, 1);
        using var same = Parameter(10, 1);
        using var first = new AdamW([new ParameterGroup([parameter], 0)]);
        using var second = new AdamW([new ParameterGroup([same], 0)]);
        SetGradients([parameter, same], 1);
        first.SetLearningRate(0.5f);
        first.Step();
        first.Step();
        second.Step(0.5f);
        second.StepCount = 1;
        second.Step(0.5f);
        Assert.That(parameter.ToArray(), Is.EqualTo(same.ToArray()));
        Assert.That(first.StepCount, Is.EqualTo(2));
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

    [TestCase(DType.BFloat16)]
    [TestCase(DType.Float16)]
    public void The_copy_that_products_take_is_kept_up_to_date(DType type)
    {
        using var whole = Tensor.Normal(Device, [40, 64], seed: 5);
        whole.RequiresGrad = true;
        using var x = Tensor.Normal(Device, [3, 64], seed: 6, type: type);
        using var optimizer = new AdamW([new([whole.Part(..17)], 0.1f), new([whole.Part(17..)], 0)]);
        for (var step = 0; step < 3; step++)
        {
            using (var tape = new Tape(Device))
                x.Linear(whole).To(DType.Float32).Sum().Backward();
            optimizer.Step(0.1f);
            optimizer.ZeroGrad();
            Assert.That(whole.CurrentCopy(), Is.Not.Null);
            using var scope = Device.Scope();
            Assert.That(whole.CurrentCopy()!.ToArray(), Is.EqualTo(whole.Clone().To(type).ToArray()));
        }
    }

    [Test]
    public void A_constant_is_no_parameter()
    {
        using var constant = Tensor.Zeros(Device, [3]);
        constant.Name = "buffer";
        Assert.That(() => new AdamW([new ParameterGroup([constant], 0)]), Throws.ArgumentException.With.Message.Contains("buffer"));
    }

    private Tensor Parameter(int count, int seed)
    {
        var parameter = Tensor.Normal(Device, [count], (ulong)seed);
        parameter.RequiresGrad = true;
        return parameter;
    }

    private void SetGradients(Tensor[] parameters, float value)
    {
        foreach (var parameter in parameters)
        {
            using var tape = new Tape(Device);
            tape.Backward(parameter.Scale(1), Tensor.Full(Device, parameter.Shape, value));
        }
    }
}
