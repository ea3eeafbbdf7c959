using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Softmax and its logarithm over the innermost dimension.
/// <para>y_i = e^{x_i - L} with L = log Σ_j e^{x_j}; dx_i = y_i·(dy_i - Σ_j dy_j·y_j).</para>
/// <para>Logarithm: z_i = x_i - L; dx_i = dz_i - e^{z_i}·Σ_j dz_j.</para>
/// <para>
/// 32 work items share a row, 8 rows a group; the largest element is taken off first, so nothing overflows. Saves the result. Forward reads
/// a row three times (twice from the cache) and writes it; backward reads two rows twice and writes one.
/// </para>
/// </summary>
public static class SoftmaxOp
{
    private const int Lanes = 32;
    private const int RowsPerGroup = 8;

    /// <summary>Exponentials divided by their sum over the innermost dimension.</summary>
    public static Tensor Softmax(this Tensor x) => Apply<No>("softmax", x);

    /// <summary>The logarithm of <see cref="Softmax"/>, accurate where that is tiny.</summary>
    public static Tensor LogSoftmax(this Tensor x) => Apply<Yes>("log_softmax", x);

    private static Tensor Apply<TLogarithm>(string operation, Tensor x)
        where TLogarithm : struct, IFlag
    {
        Check.FloatingPoint(operation, x);
        if (x.Shape.Rank == 0 || x.Shape[^1] == 0)
            throw new ArgumentException($"{operation}: the shape {x.Shape} has no innermost elements");
        var y = Tensor.Empty(x.Device, x.Shape, x.DType);
        if (x.Count > 0)
        {
            ElementTypes.Select(
                operation,
                x.DType,
                LaunchForward<F32, TLogarithm>,
                LaunchForward<BF16, TLogarithm>,
                LaunchForward<F16, TLogarithm>)(x, y);
        }

        return Tape.Record(operation, [x], y, [y], context => Backward<TLogarithm>(context, operation));
    }

    private static void Backward<TLogarithm>(BackwardContext context, string operation)
        where TLogarithm : struct, IFlag
    {
        var y = context.Saved(0);
        var dx = Tensor.Empty(y.Device, y.Shape, y.DType);
        if (y.Count > 0)
        {
            ElementTypes.Select(
                operation,
                y.DType,
                LaunchBackward<F32, TLogarithm>,
                LaunchBackward<BF16, TLogarithm>,
                LaunchBackward<F16, TLogarithm>)(y, context.OutputGradient, dx);
        }

        context.Accumulate(0, dx);
    }

    private static KernelConfig Config(int rows) => (new Index2D((rows + RowsPerGroup - 1) / RowsPerGroup, 1), new Index2D(Lanes, RowsPerGroup));

    private static void LaunchForward<T, TLogarithm>(Tensor x, Tensor y)
        where T : unmanaged, IElement<T>
        where TLogarithm : struct, IFlag
    {
        var rows = checked((int)(x.Count / x.Shape[^1]));
        x.Device.Launch(Forward<T, TLogarithm>, Config(rows), x.View<T>(), y.View<T>(), rows, x.Shape[^1]);
    }

    private static void LaunchBackward<T, TLogarithm>(Tensor y, Tensor dy, Tensor dx)
        where T : unmanaged, IElement<T>
        where TLogarithm : struct, IFlag
    {
        var rows = checked((int)(y.Count / y.Shape[^1]));
        y.Device.Launch(Backward<T, TLogarithm>, Config(rows), y.View<T>(), dy.View<T>(), dx.View<T>(), rows, y.Shape[^1]);
    }

    private static void Forward<T, TLogarithm>(ArrayView<T> x, ArrayView<T> y, int rows, int width)
        where T : unmanaged, IElement<T>
        where TLogarithm : struct, IFlag
    {
        var shared = SharedMemory.Allocate<float>(Lanes * RowsPerGroup);
        // Work items behind the last row repeat it: every one of them must reach the barriers.
        var ownRow = Grid.IdxX * RowsPerGroup + Group.IdxY;
        var row = XMath.Min(ownRow, rows - 1);
        var source = x.SubView((long)row * width, width);
        var target = y.SubView((long)row * width, width);
        var max = float.NegativeInfinity;
        var start = 0;
        for (; start + Lanes <= width; start += Lanes)
            max = XMath.Max(max, T.ToFloat(source[start + Group.IdxX]));
        if (start + Group.IdxX < width)
            max = XMath.Max(max, T.ToFloat(source[start + Group.IdxX]));
        max = GroupReduction.RowMax(shared, Lanes, max);

        var sum = 0f;
        for (start = 0; start + Lanes <= width; start += Lanes)
            sum += XMath.Exp(T.ToFloat(source[start + Group.IdxX]) - max);
        if (start + Group.IdxX < width)
            sum += XMath.Exp(T.ToFloat(source[start + Group.IdxX]) - max);
        sum = GroupReduction.RowSum(shared, Lanes, sum);

        if (ownRow < rows)
        {
            var logSum = XMath.Log(sum);
            for (var i = Group.IdxX; i < width; i += Lanes)
            {
                var shifted = T.ToFloat(source[i]) - max;
                target[i] = T.FromFloat(TLogarithm.Value ? shifted - logSum : XMath.Exp(shifted) / sum);
            }
        }
    }

    private static void Backward<T, TLogarithm>(ArrayView<T> y, ArrayView<T> dy, ArrayView<T> dx, int rows, int width)
        where T : unmanaged, IElement<T>
        where TLogarithm : struct, IFlag
    {
        var shared = SharedMemory.Allocate<float>(Lanes * RowsPerGroup);
        var ownRow = Grid.IdxX * RowsPerGroup + Group.IdxY;
        var row = XMath.Min(ownRow, rows - 1);
        var result = y.SubView((long)row * width, width);
        var upstream = dy.SubView((long)row * width, width);
        var target = dx.SubView((long)row * width, width);
        var sum = 0f;
        for (var i = Group.IdxX; i < width; i += Lanes)
            sum += TLogarithm.Value ? T.ToFloat(upstream[i]) : T.ToFloat(upstream[i]) * T.ToFloat(result[i]);
        sum = GroupReduction.RowSum(shared, Lanes, sum);
        if (ownRow < rows)
        {
            for (var i = Group.IdxX; i < width; i += Lanes)
            {
                var value = T.ToFloat(result[i]);
                var gradient = T.ToFloat(upstream[i]);
                target[i] = T.FromFloat(TLogarithm.Value ? gradient - XMath.Exp(value) * sum : value * (gradient - sum));
            }
        }
    }
}
