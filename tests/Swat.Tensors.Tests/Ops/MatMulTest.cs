using MathNet.Numerics.LinearAlgebra;
using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class MatMulTest(string deviceName) : DeviceTest(deviceName)
{
    [Test]
    public void Every_form_at_odd_shapes(
        [Values] bool transposeA,
        [Values] bool transposeB,
        [Values("1,1,1", "2,63,1", "63,2,100", "64,64,32", "100,129,63", "129,100,64", "1,129,257", "65,1,33")] string extents)
    {
        var parts = Array.ConvertAll(extents.Split(','), int.Parse);
        var (m, n, k) = (parts[0], parts[1], parts[2]);
        Shape aShape = transposeA ? [k, m] : [m, k];
        Shape bShape = transposeB ? [n, k] : [k, n];
        new OperationCheck(Device)
        {
            Inputs = [(aShape, Numbers.Normal(aShape, 1)), (bShape, Numbers.Normal(bShape, 2))],
            Operation = inputs => inputs[0].MatMul(inputs[1], transposeA, transposeB),
            OutputShape = [m, n],
            Reference = values => RowMajor(Read(values[0], aShape, transposeA) * Read(values[1], bShape, transposeB)),
            ReferenceGradient = (values, upstream) =>
            {
                var a = Read(values[0], aShape, transposeA);
                var b = Read(values[1], bShape, transposeB);
                var dc = Read(upstream, [m, n], false);
                var da = dc * b.Transpose();
                var db = a.Transpose() * dc;
                return [RowMajor(transposeA ? da.Transpose() : da), RowMajor(transposeB ? db.Transpose() : db)];
            },
        }.Run();
    }

    [Test]
    public void Batches_in_every_form(
        [Values] bool transposeA,
        [Values] bool transposeB,
        [Values("[2, 3]", "a alone", "b alone")] string batches)
    {
        const int m = 5, n = 34, k = 17, count = 6;
        Shape aMatrix = transposeA ? [k, m] : [m, k];
        Shape bMatrix = transposeB ? [n, k] : [k, n];
        var (isSharedA, isSharedB) = (batches == "b alone", batches == "a alone");
        Shape aShape = isSharedA ? aMatrix : [2, 3, aMatrix[0], aMatrix[1]];
        Shape bShape = isSharedB ? bMatrix : [2, 3, bMatrix[0], bMatrix[1]];
        new OperationCheck(Device)
        {
            Inputs = [(aShape, Numbers.Normal(aShape, 1)), (bShape, Numbers.Normal(bShape, 2))],
            Operation = inputs => inputs[0].MatMul(inputs[1], transposeA, transposeB),
            OutputShape = [2, 3, m, n],
            Reference = values =>
            [
                .. Enumerable.Range(0, count).SelectMany(i => RowMajor(
                    Read(Part(values[0], isSharedA, i, m * k), aMatrix, transposeA) * Read(Part(values[1], isSharedB, i, k * n), bMatrix, transposeB))),
            ],
        }.Run();

        static double[] Part(double[] values, bool isShared, int index, int size) => isShared ? values : values.AsSpan(index * size, size).ToArray();
    }

    [Test]
    public void Batches_that_differ_are_named()
    {
        using var a = Tensor.Zeros(Device, [2, 3, 4]);
        using var b = Tensor.Zeros(Device, [3, 4, 5]);
        Assert.That(
            () => a.MatMul(b),
            Throws.ArgumentException.With.Message.Contains("[2, 3, 4]").And.Message.Contains("[3, 4, 5]"));
    }

    [Test]
    public void Gradients_of_two_uses_add_up()
    {
        using var a = Tensor.FromArray(Device, Numbers.Normal([5, 5], 3).ToFloats(), [5, 5]);
        a.RequiresGrad = true;
        using (var tape = new Tape(Device))
            a.MatMul(a).Sum().Backward();
        var matrix = Read(a.ToArray().ToDoubles(), [5, 5], false);
        var ones = Matrix<double>.Build.Dense(5, 5, 1);
        Tolerance.Float32.Check(a.Grad!.ToArray(), RowMajor(ones * matrix.Transpose() + matrix.Transpose() * ones), "gradient");
    }

    [Test]
    public void Inner_dimensions_that_differ_are_named()
    {
        using var a = Tensor.Zeros(Device, [2, 3]);
        using var b = Tensor.Zeros(Device, [4, 5]);
        Assert.That(
            () => a.MatMul(b),
            Throws.ArgumentException.With.Message.Contains("matmul").And.Message.Contains("[2, 3]").And.Message.Contains("[4, 5]"));
    }

    private static Matrix<double> Read(double[] values, Shape shape, bool transpose)
    {
        var matrix = Matrix<double>.Build.DenseOfRowMajor(shape[0], shape[1], values);
        return transpose ? matrix.Transpose() : matrix;
    }

    private static double[] RowMajor(Matrix<double> matrix) => matrix.ToRowMajorArray();
}
