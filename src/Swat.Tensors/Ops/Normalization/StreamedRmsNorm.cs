using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Normalization;

/// <summary>
/// Root-mean-square normalisation for every device and width.
/// <para>
/// 32 work items share a row, 8 rows a group: sums over a row are 32 partial sums added in a fixed order. A row is read twice, the second
/// time from the cache. dg is a <see cref="ColumnSum"/> of its own, which reads x and dy again.
/// </para>
/// </summary>
internal static class StreamedRmsNorm
{
    private const int Lanes = 32;
    private const int RowsPerGroup = 8;

    /// <inheritdoc cref="RmsNormKernels.Forward"/>
    public static void Forward(RmsNormForward arguments) =>
        ElementTypes.SelectWithFloat32(
            "rms_norm",
            arguments.X.DType,
            arguments.Weight.DType,
            Forward<F32, F32>,
            Forward<BF16, BF16>,
            Forward<F16, F16>,
            Forward<BF16, F32>,
            Forward<F16, F32>)(arguments);

    /// <inheritdoc cref="RmsNormKernels.Backward"/>
    public static void Backward(RmsNormBackward arguments)
    {
        // Row by row first: the sums down the columns then find what they read in the cache.
        ElementTypes.SelectWithFloat32(
            "rms_norm",
            arguments.X.DType,
            arguments.Weight.DType,
            BackwardInput<F32, F32>,
            BackwardInput<BF16, BF16>,
            BackwardInput<F16, F16>,
            BackwardInput<BF16, F32>,
            BackwardInput<F16, F32>)(arguments);
        ElementTypes.Select("rms_norm", arguments.X.DType, BackwardWeight<F32>, BackwardWeight<BF16>, BackwardWeight<F16>)(arguments);
    }

    private static KernelConfig Config(int rows) => (new Index2D((rows + RowsPerGroup - 1) / RowsPerGroup, 1), new Index2D(Lanes, RowsPerGroup));

    private static void Forward<T, TWeight>(RmsNormForward arguments)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        if (arguments.Residual is null)
            Forward<T, TWeight, No>(arguments);
        else
            Forward<T, TWeight, Yes>(arguments);
    }

    private static void Forward<T, TWeight, TResidual>(RmsNormForward arguments)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
        where TResidual : struct, IFlag
    {
        var (x, residual, weight, sum, y, scales, epsilon) = arguments;
        var rows = (int)scales.Count;
        x.Device.Launch(
            ForwardKernel<T, TWeight, TResidual>,
            Config(rows),
            x.View<T>(),
            (residual ?? x).View<T>(),
            weight.View<TWeight>(),
            (sum ?? x).View<T>(),
            y.View<T>(),
            scales.View<float>(),
            rows,
            weight.Shape[0],
            epsilon);
    }

    private static void BackwardInput<T, TWeight>(RmsNormBackward arguments)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        var (x, weight, scales, dy, addend, dx, _) = arguments;
        var rows = (int)scales.Count;
        x.Device.Launch(
            BackwardInputKernel<T, TWeight>,
            Config(rows),
            x.View<T>(),
            weight.View<TWeight>(),
            scales.View<float>(),
            dy.View<T>(),
            (addend ?? dy).View<T>(),
            dx.View<T>(),
            rows,
            weight.Shape[0],
            addend is null ? 0 : 1);
    }

    private static void BackwardWeight<T>(RmsNormBackward arguments)
        where T : unmanaged, IElement<T>
    {
        var (rows, width) = ((int)arguments.Scales.Count, arguments.Weight.Shape[0]);
        arguments.X.Device.Launch(
            BackwardWeightKernel<T>,
            ColumnSum.FirstConfig(rows, width),
            arguments.X.View<T>(),
            arguments.Scales.View<float>(),
            arguments.Dy.View<T>(),
            arguments.Partial.View<float>(),
            rows,
            width);
    }

    private static void ForwardKernel<T, TWeight, TResidual>(
        ArrayView<T> x,
        ArrayView<T> residual,
        ArrayView<TWeight> weight,
        ArrayView<T> sum,
        ArrayView<T> y,
        ArrayView<float> scales,
        int rows,
        int width,
        float epsilon)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
        where TResidual : struct, IFlag
    {
        var shared = SharedMemory.Allocate<float>(Lanes * RowsPerGroup);
        // Work items behind the last row repeat it: every one of them must reach the barriers.
        var ownRow = Grid.IdxX * RowsPerGroup + Group.IdxY;
        var row = XMath.Min(ownRow, rows - 1);
        var first = (long)row * width;
        var source = x.SubView(first, width);
        var addend = residual.SubView(first, width);
        var sums = sum.SubView(first, width);
        var target = y.SubView(first, width);
        var start = 0;
        var squares = 0f;
        for (; start + Lanes <= width; start += Lanes)
            squares += Square<T, TResidual>(source, addend, sums, start + Group.IdxX);
        if (start + Group.IdxX < width)
            squares += Square<T, TResidual>(source, addend, sums, start + Group.IdxX);

        var mean = GroupReduction.RowSum(shared, Lanes, squares) / width;
        var scale = 1 / MathF.Sqrt(mean + epsilon);
        if (ownRow < rows)
        {
            for (start = 0; start + Lanes <= width; start += Lanes)
                Scale<T, TWeight, TResidual>(source, sums, weight, target, start + Group.IdxX, scale);
            if (start + Group.IdxX < width)
                Scale<T, TWeight, TResidual>(source, sums, weight, target, start + Group.IdxX, scale);
            if (Group.IdxX == 0)
                scales[row] = scale;
        }
    }

    /// <summary>The square of an element of what is normalised: x, or the sum, which is stored.</summary>
    private static float Square<T, TResidual>(ArrayView<T> x, ArrayView<T> residual, ArrayView<T> sum, int column)
        where T : unmanaged, IElement<T>
        where TResidual : struct, IFlag
    {
        var value = T.ToFloat(x[column]);
        if (TResidual.Value)
        {
            var stored = T.FromFloat(value + T.ToFloat(residual[column]));
            sum[column] = stored;
            value = T.ToFloat(stored);
        }

        return value * value;
    }

    private static void Scale<T, TWeight, TResidual>(
        ArrayView<T> x,
        ArrayView<T> sum,
        ArrayView<TWeight> weight,
        ArrayView<T> y,
        int column,
        float scale)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
        where TResidual : struct, IFlag
    {
        var value = T.ToFloat(TResidual.Value ? sum[column] : x[column]);
        y[column] = T.FromFloat(value * (scale * TWeight.ToFloat(weight[column])));
    }

    private static void BackwardInputKernel<T, TWeight>(
        ArrayView<T> x,
        ArrayView<TWeight> weight,
        ArrayView<float> scales,
        ArrayView<T> dy,
        ArrayView<T> addend,
        ArrayView<T> dx,
        int rows,
        int width,
        int hasAddend)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        var shared = SharedMemory.Allocate<float>(Lanes * RowsPerGroup);
        var ownRow = Grid.IdxX * RowsPerGroup + Group.IdxY;
        var row = XMath.Min(ownRow, rows - 1);
        var first = (long)row * width;
        var source = x.SubView(first, width);
        var upstream = dy.SubView(first, width);
        var addends = addend.SubView(first, width);
        var target = dx.SubView(first, width);
        var start = 0;
        var products = 0f;
        for (; start + Lanes <= width; start += Lanes)
            products += Product(source, weight, upstream, start + Group.IdxX);
        if (start + Group.IdxX < width)
            products += Product(source, weight, upstream, start + Group.IdxX);

        var scale = scales[row];
        var pull = GroupReduction.RowSum(shared, Lanes, products) * scale * scale * scale / width;
        if (ownRow < rows)
        {
            for (start = 0; start + Lanes <= width; start += Lanes)
                InputElement(source, weight, upstream, addends, target, start + Group.IdxX, scale, pull, hasAddend);
            if (start + Group.IdxX < width)
                InputElement(source, weight, upstream, addends, target, start + Group.IdxX, scale, pull, hasAddend);
        }
    }

    private static float Product<T, TWeight>(ArrayView<T> x, ArrayView<TWeight> weight, ArrayView<T> dy, int column)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight> =>
        T.ToFloat(dy[column]) * TWeight.ToFloat(weight[column]) * T.ToFloat(x[column]);

    private static void InputElement<T, TWeight>(
        ArrayView<T> x,
        ArrayView<TWeight> weight,
        ArrayView<T> dy,
        ArrayView<T> addend,
        ArrayView<T> dx,
        int column,
        float scale,
        float pull,
        int hasAddend)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        var gradient = scale * TWeight.ToFloat(weight[column]) * T.ToFloat(dy[column]) - pull * T.ToFloat(x[column]);
        if (hasAddend != 0)
            gradient += T.ToFloat(addend[column]);
        dx[column] = T.FromFloat(gradient);
    }

    private static void BackwardWeightKernel<T>(
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
        // A processor's lanes are spared the mask where the columns of the group all exist.
        var sum = 0f;
        if ((Grid.IdxY + 1) * ColumnSum.Columns <= width)
            sum = WeightElement(x, scales, dy, column, firstRow + Group.IdxY, end, width);
        else if (column < width)
            sum = WeightElement(x, scales, dy, column, firstRow + Group.IdxY, end, width);

        ColumnSum.WritePartial(shared, sum, partial, width);
    }

    private static float WeightElement<T>(ArrayView<T> x, ArrayView<float> scales, ArrayView<T> dy, int column, int row, int end, int width)
        where T : unmanaged, IElement<T>
    {
        var sum = 0f;
        for (; row < end; row += ColumnSum.Rows)
        {
            var first = (long)row * width;
            sum += T.ToFloat(dy.SubView(first, width)[column]) * T.ToFloat(x.SubView(first, width)[column]) * scales[row];
        }

        return sum;
    }
}
