using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Root-mean-square normalisation (Zhang and Sennrich, arXiv 1910.07467) over the innermost dimension, of width w.
/// <para>y = g∘x·r with r = 1/√(Σx²/w + ε).</para>
/// <para>dx = r·(g∘dy - x·r²·Σ(g∘dy∘x)/w); dg = Σ_rows dy∘x·r.</para>
/// <para>
/// 32 work items share a row, 8 rows a group: sums over a row are 32 partial sums added in a fixed order; dg is a
/// <see cref="ColumnSum"/>. Saves x, g and r (a float per row). Forward reads and writes n elements; backward reads 2n for dx and 2n for dg
/// and writes n.
/// </para>
/// </summary>
public static class RmsNormOp
{
    private const int Lanes = 32;
    private const int RowsPerGroup = 8;

    /// <summary>y = weight·x/√(mean(x²) + epsilon) over the innermost dimension.</summary>
    /// <param name="x">[…, width].</param>
    /// <param name="weight">[width], of the type of x or Float32.</param>
    /// <param name="epsilon">Added to the mean of the squares.</param>
    public static Tensor RmsNorm(this Tensor x, Tensor weight, float epsilon = 1e-6f)
    {
        Check.FloatingPoint("rms_norm", x);
        Check.FloatingPoint("rms_norm", weight);
        Check.SameDevice("rms_norm", x, weight);
        Check.Rank("rms_norm", weight, 1, "[width]");
        var width = weight.Shape[0];
        if (x.Shape.Rank == 0 || x.Shape[^1] != width)
            throw new ArgumentException($"rms_norm: the innermost dimension of x {x.Shape} must be that of the weight {weight.Shape}");
        var rows = checked((int)x.Shape[..^1].Count);
        var y = Tensor.Empty(x.Device, x.Shape, x.DType);
        using var scales = Tensor.Empty(x.Device, [rows]);
        if (y.Count > 0)
        {
            ElementTypes.SelectWithFloat32(
                "rms_norm",
                x.DType,
                weight.DType,
                LaunchForward<F32, F32>,
                LaunchForward<BF16, BF16>,
                LaunchForward<F16, F16>,
                LaunchForward<BF16, F32>,
                LaunchForward<F16, F32>)(x, weight, y, scales, epsilon);
        }

        return Tape.Record("rms_norm", [x, weight], y, [x, weight, scales], context => Backward(context, rows, width));
    }

    private static KernelConfig Config(int rows) => (new Index2D((rows + RowsPerGroup - 1) / RowsPerGroup, 1), new Index2D(Lanes, RowsPerGroup));

    private static void Backward(BackwardContext context, int rows, int width)
    {
        var x = context.Saved(0);
        var weight = context.Saved(1);
        var scales = context.Saved(2);
        var dy = context.OutputGradient;
        if (context.Needs(0))
        {
            var (dx, accumulate) = context.Target(0);
            if (x.Count > 0)
            {
                ElementTypes.SelectWithFloat32(
                    "rms_norm",
                    x.DType,
                    weight.DType,
                    LaunchBackwardInput<F32, F32>,
                    LaunchBackwardInput<BF16, BF16>,
                    LaunchBackwardInput<F16, F16>,
                    LaunchBackwardInput<BF16, F32>,
                    LaunchBackwardInput<F16, F32>)(x, weight, scales, dy, dx, accumulate);
            }
        }

        if (context.Needs(1))
        {
            var (dweight, accumulate) = context.Target(1);
            using var partial = ColumnSum.Partial(context.Device, rows, width);
            ElementTypes.Select("rms_norm", x.DType, LaunchBackwardWeight<F32>, LaunchBackwardWeight<BF16>, LaunchBackwardWeight<F16>)(
                x,
                scales,
                dy,
                partial,
                rows);
            ColumnSum.Finish(partial, dweight, accumulate);
        }
    }

    private static void LaunchForward<T, TWeight>(Tensor x, Tensor weight, Tensor y, Tensor scales, float epsilon)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight> =>
        x.Device.Launch(
            Forward<T, TWeight>,
            Config((int)scales.Count),
            x.View<T>(),
            weight.View<TWeight>(),
            y.View<T>(),
            scales.View<float>(),
            (int)scales.Count,
            weight.Shape[0],
            epsilon);

    private static void LaunchBackwardInput<T, TWeight>(Tensor x, Tensor weight, Tensor scales, Tensor dy, Tensor dx, bool accumulate)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight> =>
        x.Device.Launch(
            BackwardInput<T, TWeight>,
            Config((int)scales.Count),
            x.View<T>(),
            weight.View<TWeight>(),
            scales.View<float>(),
            dy.View<T>(),
            dx.View<T>(),
            (int)scales.Count,
            weight.Shape[0],
            accumulate ? 1 : 0);

    private static void LaunchBackwardWeight<T>(Tensor x, Tensor scales, Tensor dy, Tensor partial, int rows)
        where T : unmanaged, IElement<T> =>
        x.Device.Launch(
            BackwardWeight<T>,
            ColumnSum.FirstConfig(rows, x.Shape[^1]),
            x.View<T>(),
            scales.View<float>(),
            dy.View<T>(),
            partial.View<float>(),
            rows,
            x.Shape[^1]);

    private static void Forward<T, TWeight>(
        ArrayView<T> x,
        ArrayView<TWeight> weight,
        ArrayView<T> y,
        ArrayView<float> scales,
        int rows,
        int width,
        float epsilon)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        var shared = SharedMemory.Allocate<float>(Lanes * RowsPerGroup);
        // Work items behind the last row repeat it: every one of them must reach the barriers.
        var ownRow = Grid.IdxX * RowsPerGroup + Group.IdxY;
        var row = XMath.Min(ownRow, rows - 1);
        var source = x.SubView((long)row * width, width);
        var target = y.SubView((long)row * width, width);
        var start = 0;
        var squares = 0f;
        for (; start + Lanes <= width; start += Lanes)
        {
            var value = T.ToFloat(source[start + Group.IdxX]);
            squares += value * value;
        }

        if (start + Group.IdxX < width)
        {
            var value = T.ToFloat(source[start + Group.IdxX]);
            squares += value * value;
        }

        var mean = GroupReduction.RowSum(shared, Lanes, squares) / width;
        var scale = 1 / MathF.Sqrt(mean + epsilon);
        if (ownRow < rows)
        {
            for (start = 0; start + Lanes <= width; start += Lanes)
            {
                var column = start + Group.IdxX;
                target[column] = T.FromFloat(T.ToFloat(source[column]) * scale * TWeight.ToFloat(weight[column]));
            }

            if (start + Group.IdxX < width)
            {
                var column = start + Group.IdxX;
                target[column] = T.FromFloat(T.ToFloat(source[column]) * scale * TWeight.ToFloat(weight[column]));
            }

            if (Group.IdxX == 0)
                scales[row] = scale;
        }
    }

    private static void BackwardInput<T, TWeight>(
        ArrayView<T> x,
        ArrayView<TWeight> weight,
        ArrayView<float> scales,
        ArrayView<T> dy,
        ArrayView<T> dx,
        int rows,
        int width,
        int accumulate)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        var shared = SharedMemory.Allocate<float>(Lanes * RowsPerGroup);
        var ownRow = Grid.IdxX * RowsPerGroup + Group.IdxY;
        var row = XMath.Min(ownRow, rows - 1);
        var source = x.SubView((long)row * width, width);
        var upstream = dy.SubView((long)row * width, width);
        var target = dx.SubView((long)row * width, width);
        var start = 0;
        var products = 0f;
        for (; start + Lanes <= width; start += Lanes)
        {
            var column = start + Group.IdxX;
            products += T.ToFloat(upstream[column]) * TWeight.ToFloat(weight[column]) * T.ToFloat(source[column]);
        }

        if (start + Group.IdxX < width)
        {
            var column = start + Group.IdxX;
            products += T.ToFloat(upstream[column]) * TWeight.ToFloat(weight[column]) * T.ToFloat(source[column]);
        }

        var scale = scales[row];
        var pull = GroupReduction.RowSum(shared, Lanes, products) * scale * scale * scale / width;
        if (ownRow < rows)
        {
            for (start = 0; start + Lanes <= width; start += Lanes)
                InputElement(source, weight, upstream, target, start + Group.IdxX, scale, pull, accumulate);
            if (start + Group.IdxX < width)
                InputElement(source, weight, upstream, target, start + Group.IdxX, scale, pull, accumulate);
        }
    }

    private static void InputElement<T, TWeight>(
        ArrayView<T> x,
        ArrayView<TWeight> weight,
        ArrayView<T> dy,
        ArrayView<T> dx,
        int column,
        float scale,
        float pull,
        int accumulate)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        var gradient = scale * TWeight.ToFloat(weight[column]) * T.ToFloat(dy[column]) - pull * T.ToFloat(x[column]);
        if (accumulate != 0)
            gradient += T.ToFloat(dx[column]);
        dx[column] = T.FromFloat(gradient);
    }

    private static void BackwardWeight<T>(
        ArrayView<T> x,
        ArrayView<float> scales,
        ArrayView<T> dy,
        ArrayView<float> partial,
        int rows,
        int width)
        where T : unmanaged, IElement<T>
    {
        var shared = SharedMemory.Allocate<float>(ColumnSum.Rows * ColumnSum.Columns);
        var column = Grid.IdxY * ColumnSum.Columns + Group.IdxX;
        var firstRow = Grid.IdxX * ColumnSum.RowsPerGroup;
        var end = XMath.Min(rows, firstRow + ColumnSum.RowsPerGroup);
        var sum = 0f;
        if (column < width)
        {
            for (var row = firstRow + Group.IdxY; row < end; row += ColumnSum.Rows)
            {
                var index = (long)row * width + column;
                sum += T.ToFloat(dy[index]) * T.ToFloat(x[index]) * scales[row];
            }
        }

        ColumnSum.WritePartial(shared, sum, partial, width);
    }
}
