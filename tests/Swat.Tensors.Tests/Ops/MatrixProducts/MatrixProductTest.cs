using Swat.Tensors.Ops.MatrixProducts;
using Swat.Tensors.Ops.MatrixProducts.Portable;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops.MatrixProducts;

/// <summary>The kernels of every tier that a device runs, with results in memory that held NaN.</summary>
[TestFixtureSource(typeof(TierTest), nameof(Tiers))]
public sealed class MatrixProductTest(string deviceName, KernelTier tier) : TierTest(deviceName, tier)
{
    [Test]
    public void Every_form_has_the_sums_of_the_definition(
        [Values] bool transposeA,
        [Values] bool transposeB,
        [Values(DType.Float32, DType.BFloat16)] DType type,
        [Values("1,1,1", "8,8,8", "72,40,24", "63,2,100", "97,131,75", "136,264,72", "130,70,33")] string extents)
    {
        var parts = Array.ConvertAll(extents.Split(','), int.Parse);
        Check(new MatMulShape(parts[0], parts[1], parts[2]), transposeA, transposeB, type, type);
    }

    [Test]
    public void Sums_are_added_to_a_gradient(
        [Values] bool transposeA,
        [Values] bool transposeB,
        [Values(DType.Float32, DType.BFloat16)] DType type,
        [Values("40,72,1032", "31,17,45")] string extents)
    {
        var parts = Array.ConvertAll(extents.Split(','), int.Parse);
        Check(new MatMulShape(parts[0], parts[1], parts[2], accumulate: true), transposeA, transposeB, type, DType.Float32);
    }

    [Test]
    public void A_bias_is_added_to_each_row(
        [Values(DType.Float32, DType.BFloat16, DType.Float16)] DType type,
        [Values("40,72,64", "31,17,45")] string extents)
    {
        var parts = Array.ConvertAll(extents.Split(','), int.Parse);
        Check(new MatMulShape(parts[0], parts[1], parts[2], HasBias: 1), false, true, type, type);
    }

    [Test]
    public void Products_of_a_batch_are_independent(
        [Values] bool transposeA,
        [Values] bool transposeB,
        [Values(DType.Float32, DType.BFloat16)] DType type,
        [Values("3,70,40,24", "5,9,7,13", "2,136,264,72")] string extents,
        [Values] bool sharesRight)
    {
        var parts = Array.ConvertAll(extents.Split(','), int.Parse);
        var shape = new MatMulShape(parts[1], parts[2], parts[3]).Batched(parts[0]);
        Check(sharesRight ? shape with { StrideB = 0 } : shape, transposeA, transposeB, type, type);
    }

    [Test]
    public void Portable_tiles_of_either_size_have_the_sums_of_the_definition(
        [Values] bool areLarge,
        [Values] bool transposeA,
        [Values] bool transposeB,
        [Values("130,131,33", "256,132,40")] string extents)
    {
        if (Device.Tier != KernelTier.Portable)
            Assert.Ignore("These kernels are of the portable tier.");
        var parts = Array.ConvertAll(extents.Split(','), int.Parse);
        var shape = new MatMulShape(parts[0], parts[1], parts[2], Accumulate: 1, HasBias: 1);
        var type = transposeA == transposeB ? DType.Float32 : DType.BFloat16;
        Check(shape, transposeA, transposeB, type, type, (a, b, c, bias) => PortableMatrixProduct.LaunchTiles(areLarge, a, transposeA, b, transposeB, c, shape, bias));
    }

    private void Check(MatMulShape shape, bool transposeA, bool transposeB, DType type, DType resultType) =>
        Check(shape, transposeA, transposeB, type, resultType, (a, b, c, bias) => MatrixProduct.Launch(a, transposeA, b, transposeB, c, shape, bias));

    private void Check(
        MatMulShape shape, bool transposeA, bool transposeB, DType type, DType resultType, Action<Tensor, Tensor, Tensor, Tensor?> launch)
    {
        var countA = shape.StrideA == 0 ? 1 : shape.Batch;
        var countB = shape.StrideB == 0 ? 1 : shape.Batch;
        var a = Numbers.Round(Numbers.Normal([countA, shape.M, shape.K], 1), type);
        var b = Numbers.Round(Numbers.Normal([countB, shape.K, shape.N], 2), type);
        var bias = Numbers.Normal([shape.N], 3);
        var before = Numbers.Round(Numbers.Normal([shape.Batch, shape.M, shape.N], 4), resultType);
        using var left = Tensor.FromArray(Device, a.ToFloats(), [countA, shape.M, shape.K], type);
        using var right = Tensor.FromArray(Device, b.ToFloats(), [countB, shape.K, shape.N], type);
        using var biasTensor = Tensor.FromArray(Device, bias.ToFloats(), [shape.N]);
        using var c = shape.Accumulate != 0
            ? Tensor.FromArray(Device, before.ToFloats(), [shape.Batch, shape.M, shape.N], resultType)
            : Tensor.Empty(Device, [shape.Batch, shape.M, shape.N], resultType);
        launch(left, right, c, shape.HasBias != 0 ? biasTensor : null);

        var expected = new double[c.Count];
        for (var n = 0; n < shape.Batch; n++)
        {
            var firstA = countA == 1 ? 0 : n * shape.M * shape.K;
            var firstB = countB == 1 ? 0 : n * shape.K * shape.N;
            for (var i = 0; i < shape.M; i++)
            {
                for (var j = 0; j < shape.N; j++)
                {
                    var index = (n * shape.M + i) * shape.N + j;
                    var sum = (shape.Accumulate != 0 ? before[index] : 0) + (shape.HasBias != 0 ? bias[j] : 0);
                    for (var k = 0; k < shape.K; k++)
                    {
                        sum += a[firstA + (transposeA ? k * shape.M + i : i * shape.K + k)]
                            * b[firstB + (transposeB ? j * shape.K + k : k * shape.N + j)];
                    }

                    expected[index] = sum;
                }
            }
        }

        var tolerance = resultType == DType.Float32 ? Tolerance.Float32 : Tolerance.Storage(expected, resultType);
        tolerance.Check(c.ToArray(), expected, $"{shape}");
    }
}
