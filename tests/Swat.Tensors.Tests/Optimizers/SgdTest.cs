using Swat.Tensors.Ops;
using Swat.Tensors.Optimizers;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Optimizers;

public sealed class SgdTest(string deviceName) : DeviceTest(deviceName)
{
    [Test]
    public void Follows_the_equations_in_float64([Values(1, 1500)] int count, [Values(0f, 0.9f)] float momentum)
    {
        const float learningRate = 0.1f;
        const float decay = 0.2f;
        var expected = Numbers.Normal([count], 1);
        var velocity = new double[count];
        using var parameter = Tensor.FromArray(Device, expected.ToFloats(), [count]);
        parameter.RequiresGrad = true;
        using var optimizer = new Sgd([new ParameterGroup([parameter], decay)], momentum);
        for (var step = 0; step < 3; step++)
        {
            var gradient = Numbers.Normal([count], (ulong)step + 10);
            using (var tape = new Tape(Device))
                tape.Backward(parameter.Scale(1), Tensor.FromArray(Device, gradient.ToFloats(), [count]));
            optimizer.Step(learningRate);
            optimizer.ZeroGrad();
            for (var i = 0; i < count; i++)
            {
                velocity[i] = momentum * velocity[i] + gradient[i];
                expected[i] = expected[i] * (1 - learningRate * decay) - learningRate * velocity[i];
            }
        }

        Tolerance.Float32.Check(parameter.ToArray(), expected, "parameter");
    }
}
