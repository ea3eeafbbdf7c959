using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Sums over a range of neighbouring dimensions, in a fixed order, in 32-bit floating point.
/// <para>
/// The tensor is taken as [outer, n, inner]. With inner = 1, 32 work items share a row of n; otherwise it is a <see cref="ColumnSum"/>.
/// Reads outer·n·inner elements.
/// </para>
/// </summary>
internal static class AxisReduction
{
    private const int Lanes = 32;
    private const int RowsPerGroup = 8;

    /// <summary>factor·Σ over the dimensions start … end - 1; unknown to tapes.</summary>
    /// <param name="x">The terms.</param>
    /// <param name="start">First dimension that is summed.</param>
    /// <param name="end">Behind the last one.</param>
    /// <param name="shape">Of the result.</param>
    /// <param name="factor">Applied to each sum.</param>
    public static Tensor Sum(Tensor x, int start, int end, Shape shape, float factor)
    {
        var y = Tensor.Empty(x.Device, shape, x.DType);
        if (y.Count == 0)
            return y;
        if (x.Count == 0)
        {
            Fill.Zero(y);
            return y;
        }

        var outer = checked((int)x.Shape[..start].Count);
        var n = checked((int)x.Shape[start..end].Count);
        var inner = checked((int)x.Shape[end..].Count);
        if (inner > 1)
            ColumnSum.Launch(x, n, inner, y, accumulate: false, outer, factor);
        else
            ElementTypes.Select("sum", x.DType, LaunchRows<F32>, LaunchRows<BF16>, LaunchRows<F16>)(x, y, outer, n, factor);
        return y;
    }

    private static void LaunchRows<T>(Tensor x, Tensor y, int rows, int width, float factor)
        where T : unmanaged, IElement<T> =>
        x.Device.Launch(
            RowKernel<T>,
            (new Index2D((rows + RowsPerGroup - 1) / RowsPerGroup, 1), new Index2D(Lanes, RowsPerGroup)),
            x.View<T>(),
            y.View<T>(),
            rows,
            width,
            factor);

    private static void RowKernel<T>(ArrayView<T> x, ArrayView<T> y, int rows, int width, float factor)
        where T : unmanaged, IElement<T>
    {
        var shared = SharedMemory.Allocate<float>(Lanes * RowsPerGroup);
        // Work items behind the last row repeat it: every one of them must reach the barriers.
        var ownRow = Grid.IdxX * RowsPerGroup + Group.IdxY;
        var row = XMath.Min(ownRow, rows - 1);
        var source = x.SubView((long)row * width, width);
        var start = 0;
        var sum = 0f;
        for (; start + Lanes <= width; start += Lanes)
            sum += T.ToFloat(source[start + Group.IdxX]);
        if (start + Group.IdxX < width)
            sum += T.ToFloat(source[start + Group.IdxX]);
        sum = GroupReduction.RowSum(shared, Lanes, sum);
        if (ownRow < rows & Group.IdxX == 0)
            y[row] = T.FromFloat(factor * sum);
    }
}
