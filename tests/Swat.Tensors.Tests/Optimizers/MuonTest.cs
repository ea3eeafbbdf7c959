using MathNet.Numerics.LinearAlgebra;
using Swat.Tensors.Ops;
using Swat.Tensors.Optimizers;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Optimizers;

public sealed class MuonTest(string deviceName) : DeviceTest(deviceName)
{
    [TestCase(12, 12)]
    [TestCase(8, 31)]
    [TestCase(31, 8)]
    public void Singular_vectors_stay_and_singular_values_come_near_one(int rows, int columns)
    {
        var values = Numbers.Normal([rows, columns], 1);
        using var scope = Device.Scope();
        var result = Muon.Orthogonalise(Tensor.FromArray(Device, values.ToFloats(), [rows, columns])).ToArray();
        var decomposition = Matrix<double>.Build.DenseOfRowMajor(rows, columns, values).Svd();
        var norm = Math.Sqrt(decomposition.S.Sum(s => s * s));
        var expected = Matrix<double>.Build.Dense(rows, columns);
        for (var i = 0; i < decomposition.S.Count; i++)
        {
            var s = decomposition.S[i] / norm;
            for (var k = 0; k < 5; k++)
                s = 3.4445 * s - 4.7750 * Math.Pow(s, 3) + 2.0315 * Math.Pow(s, 5);
            expected += s * decomposition.U.Column(i).OuterProduct(decomposition.VT.Row(i));
        }

        // Five iterations multiply the rounding error of the small singular directions by up to 3.4445 each.
        new Tolerance("float32 through five iterations", 1e-4).Check(result, expected.ToRowMajorArray(), "direction");
    }

    [Test]
    public void Every_step_goes_down()
    {
        using var parameter = Tensor.FromArray(Device, Numbers.Normal([6, 9], 1).ToFloats(), [6, 9]);
        parameter.RequiresGrad = true;
        using var optimizer = new Muon([new ParameterGroup([parameter], 0)]);
        var losses = new float[20];
        for (var step = 0; step < losses.Length; step++)
        {
            using (var tape = new Tape(Device))
            {
                var loss = parameter.Multiply(parameter).Sum();
                loss.Backward();
                losses[step] = loss.Item();
            }

            optimizer.Step(0.05f);
            optimizer.ZeroGrad();
        }

        // Steps of at most 0.05·1.2 per singular value are far too short to pass the minimum.
        Assert.That(losses, Is.Ordered.Descending);
        Assert.That(losses[^1], Is.LessThan(losses[0]));
    }

    [Test]
    public void A_vector_belongs_to_another_optimizer()
    {
        using var parameter = Tensor.Zeros(Device, [3]);
        parameter.RequiresGrad = true;
        Assert.That(() => new Muon([new ParameterGroup([parameter], 0)]), Throws.ArgumentException.With.Message.Contains("AdamW"));
    }
}
