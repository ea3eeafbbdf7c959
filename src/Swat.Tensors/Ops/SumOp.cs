using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Sum and mean of all elements, in a fixed order.
/// <para>y = factor·Σ x_i with factor 1 or 1/n; dx_i = factor·dy.</para>
/// <para>
/// First stage: at most 1024 groups of 256 work items, each work item adds every (256·groups)-th element, the group adds its 256 sums by
/// halving. Second stage: one group does the same with the groups' sums. The rounding error grows with n/(256·groups) + 2·log2 256, not
/// with n. Reads n elements.
/// </para>
/// </summary>
public static class SumOp
{
    private const int GroupSize = 256;
    private const int MaxGroups = 1024;

    /// <summary>The sum of all elements: Float32, of the empty shape.</summary>
    public static Tensor Sum(this Tensor x) => Reduce("sum", x, 1);

    /// <summary>The mean of all elements: Float32, of the empty shape.</summary>
    public static Tensor Mean(this Tensor x)
    {
        if (x.Count == 0)
            throw new ArgumentException($"mean: the tensor of shape {x.Shape} has no elements");
        return Reduce("mean", x, 1f / x.Count);
    }

    /// <summary>The sums along one dimension.</summary>
    /// <param name="x">Any floating-point tensor.</param>
    /// <param name="dimension">Which; <c>^1</c> is the innermost.</param>
    /// <param name="keep">True: the dimension stays, as 1.</param>
    /// <returns>Of the type of <paramref name="x"/>.</returns>
    public static Tensor Sum(this Tensor x, Index dimension, bool keep = false) => Reduce("sum", x, dimension, keep, isMean: false);

    /// <summary>The means along one dimension; see <see cref="Sum(Tensor, Index, bool)"/>.</summary>
    public static Tensor Mean(this Tensor x, Index dimension, bool keep = false) => Reduce("mean", x, dimension, keep, isMean: true);

    private static Tensor Reduce(string operation, Tensor x, Index dimension, bool keep, bool isMean)
    {
        Check.FloatingPoint(operation, x);
        var (axis, kept, dropped) = Check.Reduced(operation, x, dimension);
        if (isMean && x.Shape[axis] == 0)
            throw new ArgumentException($"mean: dimension {axis} of the shape {x.Shape} has no elements");
        var factor = isMean ? 1f / x.Shape[axis] : 1;
        var y = AxisReduction.Sum(x, axis, axis + 1, keep ? kept : dropped, factor);
        return Tape.Record(operation, [x], y, [], context =>
        {
            using var upstream = context.OutputGradient.Share(kept);
            using var scaled = factor == 1 ? upstream.Share() : ScaleOp.Unrecorded(upstream, factor);
            context.Accumulate(0, BroadcastOp.Unrecorded(scaled, context.InputShape(0)));
        });
    }

    private static Tensor Reduce(string operation, Tensor x, float factor)
    {
        Check.FloatingPoint(operation, x);
        var groups = (int)Math.Clamp((x.Count + GroupSize - 1) / GroupSize, 1, MaxGroups);
        using var partial = Tensor.Empty(x.Device, [groups]);
        var y = Tensor.Empty(x.Device, []);
        ElementTypes.Select(operation, x.DType, LaunchFirst<F32>, LaunchFirst<BF16>, LaunchFirst<F16>)(x, partial, groups);
        x.Device.Launch(Kernel<F32>, (1, GroupSize), partial.View<F32>(), y.View<float>(), factor);
        return Tape.Record(operation, [x], y, [], context => Backward(context, operation, factor));
    }

    private static void Backward(BackwardContext context, string operation, float factor)
    {
        var dx = Tensor.Empty(context.Device, context.InputShape(0), context.InputType(0));
        if (dx.Count > 0)
        {
            ElementTypes.Select(operation, dx.DType, LaunchSpread<F32>, LaunchSpread<BF16>, LaunchSpread<F16>)(
                context.OutputGradient,
                dx,
                factor);
        }

        context.Accumulate(0, dx);
    }

    private static void LaunchFirst<T>(Tensor x, Tensor partial, int groups)
        where T : unmanaged, IElement<T> =>
        x.Device.Launch(Kernel<T>, (groups, GroupSize), x.View<T>(), partial.View<float>(), 1f);

    private static void LaunchSpread<T>(Tensor dy, Tensor dx, float factor)
        where T : unmanaged, IElement<T> =>
        dx.Device.Launch(SpreadKernel<T>, Elementwise.Config(dx.Count), dy.View<float>(), dx.View<T>(), factor);

    private static void Kernel<T>(ArrayView<T> x, ArrayView<float> sums, float factor)
        where T : unmanaged, IElement<T>
    {
        var shared = SharedMemory.Allocate<float>(GroupSize);
        var sum = 0f;
        var count = x.Length;
        var step = (long)Grid.DimX * GroupSize;
        var start = (long)Grid.IdxX * GroupSize;
        for (; start + GroupSize <= count; start += step)
            sum += T.ToFloat(x[start + Group.IdxX]);
        if (start + Group.IdxX < count)
            sum += T.ToFloat(x[start + Group.IdxX]);
        sum = GroupReduction.RowSum(shared, GroupSize, sum);
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = factor * sum;
    }

    private static void SpreadKernel<T>(ArrayView<float> gradient, ArrayView<T> dx, float factor)
        where T : unmanaged, IElement<T>
    {
        var count = Elementwise.GroupCount(dx.Length);
        var target = dx.SubView(Elementwise.GroupStart(), count);
        var value = T.FromFloat(factor * gradient[0]);
        for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
            target[i] = value;
    }
}
