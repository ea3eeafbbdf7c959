using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Picks elements of the innermost dimension by index, and its counterpart that adds to them.
/// <para>Gather: y[r, j] = x[r, index[r, j]]; dx is the scatter-add of dy. Scatter-add: y[r, index[r, j]] += x[r, j]; dx gathers dy.</para>
/// <para>
/// Scatter-add gives a row to one work item, which adds in the order of the indices: no atomics, the same result always. Reads and writes
/// as many elements as there are indices.
/// </para>
/// </summary>
public static class GatherOp
{
    private const int GroupSize = 64;

    /// <summary>The elements of the innermost dimension that indices name.</summary>
    /// <param name="x">[…, n].</param>
    /// <param name="indices">Int32 or Int64 […, k], each in 0 … n - 1; another gives NaN.</param>
    /// <returns>[…, k].</returns>
    public static Tensor Gather(this Tensor x, Tensor indices)
    {
        using var narrow = WideIndices.Narrow("gather", indices);
        indices = narrow ?? indices;
        CheckArguments("gather", x, indices);
        return Tape.Record("gather", [x], Pick(x, indices), [indices], context =>
            context.Accumulate(0, Add(context.OutputGradient, context.Saved(0), context.InputShape(0))));
    }

    /// <summary>Adds elements to zeros, at the places in the innermost dimension that indices name.</summary>
    /// <param name="x">[…, k].</param>
    /// <param name="indices">Int32 or Int64 […, k], each in 0 … <paramref name="extent"/> - 1; another is passed over.</param>
    /// <param name="extent">n of the result.</param>
    /// <returns>[…, n].</returns>
    public static Tensor ScatterAdd(this Tensor x, Tensor indices, int extent)
    {
        using var narrow = WideIndices.Narrow("scatter_add", indices);
        indices = narrow ?? indices;
        CheckArguments("scatter_add", x, indices);
        if (x.Shape != indices.Shape)
            throw new ArgumentException($"scatter_add: the elements {x.Shape} and their indices {indices.Shape} differ in shape");
        return Tape.Record("scatter_add", [x], Add(x, indices, x.Shape[..^1].Append(extent)), [indices], context =>
            context.Accumulate(0, Pick(context.OutputGradient, context.Saved(0))));
    }

    private static void CheckArguments(string operation, Tensor x, Tensor indices)
    {
        Check.FloatingPoint(operation, x);
        Check.SameDevice(operation, x, indices);
        if (x.Shape.Rank == 0 || indices.Shape.Rank != x.Shape.Rank || indices.Shape[..^1] != x.Shape[..^1])
            throw new ArgumentException($"{operation}: {x.Shape} and the indices {indices.Shape} may differ in the innermost dimension alone");
    }

    private static Tensor Pick(Tensor x, Tensor indices)
    {
        var y = Tensor.Empty(x.Device, indices.Shape, x.DType);
        if (y.Count > 0)
            ElementTypes.Select("gather", x.DType, LaunchPick<F32>, LaunchPick<BF16>, LaunchPick<F16>)(x, indices, y);
        return y;
    }

    private static Tensor Add(Tensor x, Tensor indices, Shape shape)
    {
        var y = Tensor.Zeros(x.Device, shape, x.DType);
        if (x.Count > 0)
            ElementTypes.Select("scatter_add", x.DType, LaunchAdd<F32>, LaunchAdd<BF16>, LaunchAdd<F16>)(x, indices, y);
        return y;
    }

    private static KernelConfig Config(long count) => (checked((int)((count + GroupSize - 1) / GroupSize)), GroupSize);

    private static void LaunchPick<T>(Tensor x, Tensor indices, Tensor y)
        where T : unmanaged, IElement<T> =>
        x.Device.Launch(PickKernel<T>, Config(y.Count), x.View<T>(), indices.View<int>(), y.View<T>(), x.Shape[^1], y.Shape[^1]);

    private static void LaunchAdd<T>(Tensor x, Tensor indices, Tensor y)
        where T : unmanaged, IElement<T> =>
        x.Device.Launch(
            AddKernel<T>,
            Config(x.Count / x.Shape[^1]),
            x.View<T>(),
            indices.View<int>(),
            y.View<T>(),
            x.Count / x.Shape[^1],
            x.Shape[^1],
            y.Shape[^1]);

    private static void PickKernel<T>(ArrayView<T> x, ArrayView<int> indices, ArrayView<T> y, int extent, int picks)
        where T : unmanaged, IElement<T>
    {
        var i = (long)Grid.IdxX * GroupSize + Group.IdxX;
        if (i >= y.Length)
            return;
        var index = indices[i];
        y[i] = index >= 0 & index < extent ? x[i / picks * extent + XMath.Clamp(index, 0, extent - 1)] : T.FromFloat(float.NaN);
    }

    private static void AddKernel<T>(ArrayView<T> x, ArrayView<int> indices, ArrayView<T> y, long rows, int picks, int extent)
        where T : unmanaged, IElement<T>
    {
        var row = (long)Grid.IdxX * GroupSize + Group.IdxX;
        if (row >= rows)
            return;
        for (var j = 0; j < picks; j++)
        {
            var index = indices[row * picks + j];
            if (index >= 0 & index < extent)
            {
                var place = row * extent + index;
                y[place] = T.FromFloat(T.ToFloat(y[place]) + T.ToFloat(x[row * picks + j]));
            }
        }
    }
}
