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
    /// <param name="weight">[width].</param>
    /// <param name="epsilon">Added to the mean of the squares.</param>
    public static Tensor RmsNorm(this Tensor x, Tensor weight, float epsilon = 1e-6f)
    {
        Check.SameType("rms_norm", x, weight);
        Check.SameDevice("rms_norm", x, weight);
        Check.Type("rms_norm", x, DType.Float32);
        Check.Rank("rms_norm", weight, 1, "[width]");
        var width = weight.Shape[0];
        if (x.Shape.Rank == 0 || x.Shape[^1] != width)
            throw new ArgumentException($"rms_norm: the innermost dimension of x {x.Shape} must be that of the weight {weight.Shape}");
        var rows = checked((int)x.Shape[..^1].Count);
        var y = Tensor.Empty(x.Device, x.Shape, x.DType);
        using var scales = Tensor.Empty(x.Device, [rows]);
        if (y.Count > 0)
        {
            x.Device.Launch(
                Forward<F32>,
                Config(rows),
                x.View<F32>(),
                weight.View<F32>(),
                y.View<F32>(),
                scales.View<float>(),
                rows,
                width,
                epsilon);
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
                context.Device.Launch(
                    BackwardInput<F32>,
                    Config(rows),
                    x.View<F32>(),
                    weight.View<F32>(),
                    scales.View<float>(),
                    dy.View<F32>(),
                    dx.View<F32>(),
                    rows,
                    width,
                    accumulate ? 1 : 0);
            }
        }

        if (context.Needs(1))
        {
            var (dweight, accumulate) = context.Target(1);
            using var partial = ColumnSum.Partial(context.Device, rows, width);
            context.Device.Launch(
                BackwardWeight<F32>,
                ColumnSum.FirstConfig(rows, width),
                x.View<F32>(),
                scales.View<float>(),
                dy.View<F32>(),
                partial.View<float>(),
                rows,
                width);
            ColumnSum.Finish(partial, dweight, accumulate);
        }
    }

    private static void Forward<T>(
        ArrayView<T> x,
        ArrayView<T> weight,
        ArrayView<T> y,
        ArrayView<float> scales,
        int rows,
        int width,
        float epsilon)
        where T : unmanaged, IElement<T>
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
        var scale = 1 / XMath.Sqrt(mean + epsilon);
        if (ownRow < rows)
        {
            for (start = 0; start + Lanes <= width; start += Lanes)
            {
                var column = start + Group.IdxX;
                target[column] = T.FromFloat(T.ToFloat(source[column]) * scale * T.ToFloat(weight[column]));
            }

            if (start + Group.IdxX < width)
            {
                var column = start + Group.IdxX;
                target[column] = T.FromFloat(T.ToFloat(source[column]) * scale * T.ToFloat(weight[column]));
            }

            if (Group.IdxX == 0)
                scales[row] = scale;
        }
    }

    private static void BackwardInput<T>(
        ArrayView<T> x,
        ArrayView<T> weight,
        ArrayView<float> scales,
        ArrayView<T> dy,
        ArrayView<T> dx,
        int rows,
        int width,
        int accumulate)
        where T : unmanaged, IElement<T>
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
            products += T.ToFloat(upstream[column]) * T.ToFloat(weight[column]) * T.ToFloat(source[column]);
        }

        if (start + Group.IdxX < width)
        {
            var column = start + Group.IdxX;
            products += T.ToFloat(upstream[column]) * T.ToFloat(weight[column]) * T.ToFloat(source[column]);
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

    private static void InputElement<T>(
        ArrayView<T> x,
        ArrayView<T> weight,
        ArrayView<T> dy,
        ArrayView<T> dx,
        int column,
        float scale,
        float pull,
        int accumulate)
        where T : unmanaged, IElement<T>
    {
        var gradient = scale * T.ToFloat(weight[column]) * T.ToFloat(dy[column]) - pull * T.ToFloat(x[column]);
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
