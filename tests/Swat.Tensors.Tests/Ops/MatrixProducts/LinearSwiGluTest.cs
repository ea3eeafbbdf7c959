using Swat.Tensors.Ops;
using Swat.Tensors.Ops.MatrixProducts;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops.MatrixProducts;

[TestFixtureSource(typeof(TierTest), nameof(Tiers))]
public sealed class LinearSwiGluTest(string deviceName, KernelTier tier) : TierTest(deviceName, tier)
{
    /// <summary>Edges of tiles in every dimension, odd extents, few rows, and sums long enough to be cut into parts.</summary>
    private const string SmallExtents = "1,1,1|9,8,8|5,24,16|72,40,24|63,2,100|97,66,75|97,67,75|130,136,72|60,136,2056";

    /// <summary>Enough tiles for the kernels of large ones, on devices that have those.</summary>
    private const string LargeExtents = "1000,2056,136|4097,1288,75|2048,2048,192";

    [TestCaseSource(nameof(Cases))]
    public void The_result_and_its_derivatives_are_those_of_two_operations_to_the_last_bit(int rows, int width, int inputs, DType type)
    {
        if (Device.IsProcessor && rows >= 1000)
            Assert.Ignore("The processor has no kernels of large tiles.");
        using var x = Leaf(Tensor.Normal(Device, [rows, inputs], 1, type: type));
        using var weight = Leaf(Tensor.Normal(Device, [2 * width, inputs], 2, standardDeviation: 0.3f));
        using var upstream = Tensor.Normal(Device, [rows, width], 3, type: type);
        var apart = Differentiate(x, weight, upstream, () => x.Linear(weight).SwiGlu());
        var together = Differentiate(x, weight, upstream, () => x.LinearSwiGlu(weight));
        for (var i = 0; i < apart.Length; i++)
            Assert.That(together[i].AsSpan().SequenceEqual(apart[i]), Is.True, $"number {i} of result, derivative by x, derivative by the weight");
        Assert.That(together[0].All(float.IsFinite), Is.True);
    }

    [Test]
    public void The_result_and_its_derivatives_are_those_of_the_definition(
        [Values(DType.Float32, DType.BFloat16, DType.Float16)] DType type,
        [Values("9,8,8", "97,67,75", "130,136,72")] string extents)
    {
        var parts = Array.ConvertAll(extents.Split(','), int.Parse);
        var (rows, width, inputs) = (parts[0], parts[1], parts[2]);
        Shape shape = [rows, inputs];
        Shape weightShape = [2 * width, inputs];
        var values = Numbers.Round(Numbers.Normal(shape, 1), type);
        var weights = Numbers.Round(Numbers.Normal(weightShape, 2, 0.2), type);
        using var x = Tensor.FromArray(Device, values.ToFloats(), shape, type);
        using var weight = Tensor.FromArray(Device, weights.ToFloats(), weightShape, type);
        using var y = x.LinearSwiGlu(weight);
        var expected = new double[rows * width];
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < width; i++)
            {
                var (gate, up) = (Product(row, i), Product(row, width + i));
                expected[row * width + i] = gate / (1 + Math.Exp(-gate)) * up;
            }
        }

        Tolerance(expected, type).Check(y.ToArray(), expected, "silu(gate)·up");

        // What is stored of gate and up is rounded to the type.
        double Product(int row, int column)
        {
            var sum = 0.0;
            for (var k = 0; k < inputs; k++)
                sum += values[row * inputs + k] * weights[column * inputs + k];
            return Numbers.Round([sum], type)[0];
        }
    }

    [Test]
    public void Sums_that_are_cut_into_parts_are_gated_as_they_are_stored([Values(DType.BFloat16, DType.Float16)] DType type)
    {
        if (Device.Kind == DeviceKind.Cpu)
            Assert.Ignore("The processor has no kernels of large tiles.");
        const int Rows = 4096;
        const int Width = 1096;
        const int Inputs = 2064;
        using var x = Tensor.Normal(Device, [Rows, Inputs], 1, type: type);
        using var weight = Tensor.Normal(Device, [2 * Width, Inputs], 2, standardDeviation: 0.3f, type: type);
        using var joint = Tensor.Empty(Device, [Rows, 2 * Width], type);
        using var y = Tensor.Empty(Device, [Rows, Width], type);
        if (!MatrixProduct.TryLaunchGated(x, weight, joint, y, new MatMulShape(Rows, 2 * Width, Inputs)))
            Assert.Ignore("This tier gates no projections.");
        using var gated = joint.SwiGlu();
        Assert.That(y.ToArray().AsSpan().SequenceEqual(gated.ToArray()), Is.True, "silu(gate)·up of what is stored");
        using var preciseX = Tensor.FromArray(Device, x.ToArray(), x.Shape);
        using var preciseWeight = Tensor.FromArray(Device, weight.ToArray(), weight.Shape);
        using var precise = preciseX.Linear(preciseWeight);
        var expected = Array.ConvertAll(precise.ToArray(), value => (double)value);
        Support.Tolerance.Storage(expected, type).Check(joint.ToArray(), expected, "the projection");
    }

    [Test]
    public void Matrix_units_take_projections_whose_halves_have_rows_of_16_bytes(
        [Values(DType.Float32, DType.BFloat16)] DType type,
        [Values(8, 12)] int width)
    {
        using var x = Tensor.Normal(Device, [20, 16], 1, type: type);
        using var weight = Tensor.Normal(Device, [2 * width, 16], 2, type: type);
        using var joint = Tensor.Empty(Device, [20, 2 * width], type);
        using var y = Tensor.Empty(Device, [20, width], type);
        Assert.That(
            MatrixProduct.TryLaunchGated(x, weight, joint, y, new MatMulShape(20, 2 * width, 16)),
            Is.EqualTo(Device.Tier != KernelTier.Portable && type == DType.BFloat16 && width == 8));
    }

    [Test]
    public void Nothing_but_the_projection_is_kept_for_the_derivative([Values(DType.Float32, DType.BFloat16)] DType type, [Values] bool recomputes)
    {
        using var x = Leaf(Tensor.Normal(Device, [80, 64], 1, type: type));
        using var weight = Leaf(Tensor.Normal(Device, [96, 64], 2, type: type));
        using var down = Leaf(Tensor.Normal(Device, [64, 48], 3, type: type));
        Device.RecomputesMemoryBound = recomputes;
        try
        {
            var apart = Held([x, weight, down], () => x.Linear(weight).SwiGlu().Linear(down));
            var together = Held([x, weight, down], () => x.LinearSwiGlu(weight).Linear(down));
            Assert.That(together, Is.EqualTo(apart));
        }
        finally
        {
            Device.RecomputesMemoryBound = false;
        }
    }

    [Test]
    public void Weights_that_do_not_fit_are_refused()
    {
        using var x = Tensor.Zeros(Device, [3, 5]);
        using var odd = Tensor.Zeros(Device, [7, 5]);
        using var wide = Tensor.Zeros(Device, [8, 6]);
        Assert.That(() => x.LinearSwiGlu(odd), Throws.ArgumentException.With.Message.Contains("gates"));
        Assert.That(() => x.LinearSwiGlu(wide), Throws.ArgumentException.With.Message.Contains("innermost"));
    }

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (var extents in $"{SmallExtents}|{LargeExtents}".Split('|'))
        {
            foreach (var type in (DType[])[DType.Float32, DType.BFloat16, DType.Float16])
            {
                var parts = Array.ConvertAll(extents.Split(','), int.Parse);
                yield return new TestCaseData(parts[0], parts[1], parts[2], type);
            }
        }
    }

    private static Tensor Leaf(Tensor tensor)
    {
        tensor.RequiresGrad = true;
        return tensor;
    }

    private static Tolerance Tolerance(double[] expected, DType type) =>
        type == DType.Float32 ? Support.Tolerance.Float32 : Support.Tolerance.Storage(expected, type);

    private float[][] Differentiate(Tensor x, Tensor weight, Tensor upstream, Func<Tensor> operation)
    {
        x.ZeroGrad();
        weight.ZeroGrad();
        using var tape = new Tape(Device);
        var y = operation();
        tape.Backward(y, upstream);
        return [y.ToArray(), x.Grad!.ToArray(), weight.Grad!.ToArray()];
    }

    /// <summary>Bytes held for the derivative, and the most that a forward and a backward pass held.</summary>
    private (long Kept, long Most) Held(Tensor[] inputs, Func<Tensor> operation)
    {
        foreach (var input in inputs)
            input.ZeroGrad();
        using var tape = new Tape(Device);
        Device.ResetPeakMemory();
        Tensor y;
        using (var scope = Device.Scope())
            y = scope.Return(operation());
        var kept = Device.Memory.CurrentBytes;
        tape.Backward(y, Tensor.Full(Device, y.Shape, 1, y.DType));
        return (kept, Device.Memory.PeakBytes);
    }
}
