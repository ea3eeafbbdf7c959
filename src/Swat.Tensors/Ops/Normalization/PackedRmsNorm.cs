using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Normalization;

/// <summary>
/// Root-mean-square normalisation for graphics processors, of rows whose width is a multiple of 8 and at most 8192.
/// <para>
/// One to eight warps share a row and hold it in registers, so that every element is read once. The backward kernel gives dx and the
/// group's part of dg in one pass: a group goes through the rows with a fixed stride, a work item adds up dg of its own columns, and the
/// rows of a group are added in order at its end. <see cref="ColumnSum"/> adds the groups.
/// </para>
/// </summary>
internal static class PackedRmsNorm
{
    private const int GroupSize = 256;
    private const int Warps = GroupSize / Packed.Lanes;
    private const int MaxSteps = 4;

    /// <summary>
    /// Packs of a row that a work item of the backward kernel holds, while more warps can share the row: with twice as many, a multiprocessor's
    /// registers suffice for one group.
    /// </summary>
    private const int BackwardSteps = 2;

    private const int ColumnsPerStep = Packed.Lanes * Packed.Size;

    /// <summary>Groups that the backward kernel keeps busy on each multiprocessor.</summary>
    private const int GroupsPerMultiprocessor = 2;

    public static bool Suits(Tensor x) =>
        Packed.Suits(x.Device) && x.Shape[^1] % Packed.Size == 0 && x.Shape[^1] <= MaxSteps * Warps * ColumnsPerStep;

    /// <inheritdoc cref="RmsNormKernels.Forward"/>
    public static void Forward(RmsNormForward arguments)
    {
        ElementTypes.SelectWithFloat32(
            "rms_norm",
            arguments.X.DType,
            arguments.Weight.DType,
            Forward<F32, F32>,
            Forward<BF16, BF16>,
            Forward<F16, F16>,
            Forward<BF16, F32>,
            Forward<F16, F32>)(arguments);
    }

    /// <summary>Number of partial sums of dg: one for each group.</summary>
    public static int BackwardGroups(Tensor x)
    {
        var rowsPerGroup = Warps / WarpsOfRow(x.Shape[^1], BackwardSteps);
        var rows = (int)(x.Count / x.Shape[^1]);
        return Math.Clamp((rows + rowsPerGroup - 1) / rowsPerGroup, 1, GroupsPerMultiprocessor * x.Device.Info.Multiprocessors);
    }

    /// <inheritdoc cref="RmsNormKernels.Backward"/>
    public static void Backward(RmsNormBackward arguments)
    {
        ElementTypes.SelectWithFloat32(
            "rms_norm",
            arguments.X.DType,
            arguments.Weight.DType,
            Backward<F32, F32>,
            Backward<BF16, BF16>,
            Backward<F16, F16>,
            Backward<BF16, F32>,
            Backward<F16, F32>)(arguments);
    }

    private static int WarpsOfRow(int width, int steps)
    {
        var warps = 1;
        while (warps < Warps && warps * steps * ColumnsPerStep < width)
            warps *= 2;
        return warps;
    }

    private static int StepsOf(int width, int warps) => (width + warps * ColumnsPerStep - 1) / (warps * ColumnsPerStep);

    /// <summary>Whether the work items' packs cover a row exactly.</summary>
    private static bool IsExact(int width, int warps) => width == StepsOf(width, warps) * warps * ColumnsPerStep;

    private static KernelConfig Config(int groups, int warps) => (new Index2D(groups, 1), new Index2D(Packed.Lanes * warps, Warps / warps));

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
        var width = arguments.Weight.Shape[0];
        if (IsExact(width, WarpsOfRow(width, MaxSteps)))
            Forward<T, TWeight, TResidual, No>(arguments);
        else
            Forward<T, TWeight, TResidual, Yes>(arguments);
    }

    private static void Forward<T, TWeight, TResidual, TGuarded>(RmsNormForward arguments)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
        where TResidual : struct, IFlag
        where TGuarded : struct, IFlag
    {
        var (x, residual, weight, sum, y, scales, epsilon) = arguments;
        var width = weight.Shape[0];
        var rows = (int)scales.Count;
        var warps = WarpsOfRow(width, MaxSteps);
        var rowsPerGroup = Warps / warps;
        Action<ArrayView<Pack8<T>>, ArrayView<Pack8<T>>, ArrayView<Pack8<TWeight>>, ArrayView<Pack8<T>>, ArrayView<Pack8<T>>, ArrayView<float>, int, int, float> kernel =
            StepsOf(width, warps) switch
            {
                1 => ForwardKernel<T, TWeight, TResidual, TGuarded, C1>,
                2 => ForwardKernel<T, TWeight, TResidual, TGuarded, C2>,
                3 => ForwardKernel<T, TWeight, TResidual, TGuarded, C3>,
                _ => ForwardKernel<T, TWeight, TResidual, TGuarded, C4>,
            };
        x.Device.Launch(
            kernel,
            Config((rows + rowsPerGroup - 1) / rowsPerGroup, warps),
            x.Packs<T>(),
            (residual ?? x).Packs<T>(),
            weight.Packs<TWeight>(),
            (sum ?? y).Packs<T>(),
            y.Packs<T>(),
            scales.View<float>(),
            rows,
            width / Packed.Size,
            epsilon);
    }

    private static void Backward<T, TWeight>(RmsNormBackward arguments)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        if (arguments.Addend is null)
            Backward<T, TWeight, No>(arguments);
        else
            Backward<T, TWeight, Yes>(arguments);
    }

    private static void Backward<T, TWeight, TAddend>(RmsNormBackward arguments)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
        where TAddend : struct, IFlag
    {
        var width = arguments.Weight.Shape[0];
        if (IsExact(width, WarpsOfRow(width, BackwardSteps)))
            Backward<T, TWeight, TAddend, No>(arguments);
        else
            Backward<T, TWeight, TAddend, Yes>(arguments);
    }

    private static void Backward<T, TWeight, TAddend, TGuarded>(RmsNormBackward arguments)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
        where TAddend : struct, IFlag
        where TGuarded : struct, IFlag
    {
        var (x, weight, scales, dy, addend, dx, partial) = arguments;
        var width = weight.Shape[0];
        var warps = WarpsOfRow(width, BackwardSteps);
        Action<ArrayView<Pack8<T>>, ArrayView<Pack8<TWeight>>, ArrayView<float>, ArrayView<Pack8<T>>, ArrayView<Pack8<T>>, ArrayView<Pack8<T>>, ArrayView<float>, int, int> kernel =
            StepsOf(width, warps) switch
            {
                1 => BackwardKernel<T, TWeight, TAddend, TGuarded, C1>,
                2 => BackwardKernel<T, TWeight, TAddend, TGuarded, C2>,
                3 => BackwardKernel<T, TWeight, TAddend, TGuarded, C3>,
                _ => BackwardKernel<T, TWeight, TAddend, TGuarded, C4>,
            };
        x.Device.Launch(
            kernel,
            Config(BackwardGroups(x), warps),
            x.Packs<T>(),
            weight.Packs<TWeight>(),
            scales.View<float>(),
            dy.Packs<T>(),
            (addend ?? dy).Packs<T>(),
            dx.Packs<T>(),
            partial.View<float>(),
            (int)scales.Count,
            width / Packed.Size);
    }

    /// <summary>The sum over the work items of a row (Group.IdxX), for each row (Group.IdxY) of the group.</summary>
    private static float RowSum(ArrayView<float> shared, float value)
    {
        value = Packed.Sum(value);
        if (Group.DimX == Packed.Lanes)
            return value;
        var warps = Group.DimX / Packed.Lanes;
        if (Group.IdxX % Packed.Lanes == 0)
            shared[Group.IdxY * warps + Group.IdxX / Packed.Lanes] = value;
        Group.Barrier();
        var sum = 0f;
        for (var warp = 0; warp < warps; warp++)
            sum += shared[Group.IdxY * warps + warp];
        Group.Barrier();
        return sum;
    }

    private static void ForwardKernel<T, TWeight, TResidual, TGuarded, TSteps>(
        ArrayView<Pack8<T>> x,
        ArrayView<Pack8<T>> residual,
        ArrayView<Pack8<TWeight>> weight,
        ArrayView<Pack8<T>> sum,
        ArrayView<Pack8<T>> y,
        ArrayView<float> scales,
        int rows,
        int packs,
        float epsilon)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
        where TResidual : struct, IFlag
        where TGuarded : struct, IFlag
        where TSteps : struct, IConstant
    {
        var shared = SharedMemory.Allocate<float>(Warps);
        var held = LocalMemory.Allocate<float>(TSteps.Value * Packed.Size);
        var other = LocalMemory.Allocate<float>(Packed.Size);
        // Work items behind the last row repeat it: all of a group reach the barriers.
        var ownRow = Grid.IdxX * Group.DimY + Group.IdxY;
        var row = XMath.Min(ownRow, rows - 1);
        var first = (long)row * packs;
        for (var step = 0; step < TSteps.Value; step++)
        {
            var pack = step * Group.DimX + Group.IdxX;
            var values = held.SubView(step * Packed.Size, Packed.Size);
            if (!TGuarded.Value || pack < packs)
            {
                Packed.Unpack(x[first + pack], values);
                if (TResidual.Value)
                {
                    Packed.Unpack(residual[first + pack], other);
                    for (var i = 0; i < Packed.Size; i++)
                        values[i] = T.ToFloat(T.FromFloat(values[i] + other[i]));
                }
            }
            else
            {
                for (var i = 0; i < Packed.Size; i++)
                    values[i] = 0;
            }
        }

        var squares = 0f;
        for (var i = 0; i < TSteps.Value * Packed.Size; i++)
            squares += held[i] * held[i];
        var scale = 1 / MathF.Sqrt(RowSum(shared, squares) / (packs * Packed.Size) + epsilon);
        if (ownRow < rows)
        {
            for (var step = 0; step < TSteps.Value; step++)
            {
                var pack = step * Group.DimX + Group.IdxX;
                if (!TGuarded.Value || pack < packs)
                {
                    var values = held.SubView(step * Packed.Size, Packed.Size);
                    if (TResidual.Value)
                        sum[first + pack] = Packed.Pack<T>(values);
                    Packed.Unpack(weight[pack], other);
                    for (var i = 0; i < Packed.Size; i++)
                        values[i] *= scale * other[i];
                    y[first + pack] = Packed.Pack<T>(values);
                }
            }

            if (Group.IdxX == 0)
                scales[row] = scale;
        }
    }

    private static int PackOf<TGuarded>(int step, int packs)
        where TGuarded : struct, IFlag
    {
        var pack = step * Group.DimX + Group.IdxX;
        return TGuarded.Value ? XMath.Min(pack, packs - 1) : pack;
    }

    private static void BackwardKernel<T, TWeight, TAddend, TGuarded, TSteps>(
        ArrayView<Pack8<T>> x,
        ArrayView<Pack8<TWeight>> weight,
        ArrayView<float> scales,
        ArrayView<Pack8<T>> dy,
        ArrayView<Pack8<T>> addend,
        ArrayView<Pack8<T>> dx,
        ArrayView<float> partial,
        int rows,
        int packs)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
        where TAddend : struct, IFlag
        where TGuarded : struct, IFlag
        where TSteps : struct, IConstant
    {
        var shared = SharedMemory.Allocate<float>(GroupSize * Packed.Size);
        var inputs = LocalMemory.Allocate<float>(TSteps.Value * Packed.Size);
        var upstream = LocalMemory.Allocate<float>(TSteps.Value * Packed.Size);
        var weightSums = LocalMemory.Allocate<float>(TSteps.Value * Packed.Size);
        var other = LocalMemory.Allocate<float>(Packed.Size);
        var addends = LocalMemory.Allocate<float>(Packed.Size);
        for (var i = 0; i < TSteps.Value * Packed.Size; i++)
            weightSums[i] = 0;

        for (var start = Grid.IdxX * Group.DimY; start < rows; start += Grid.DimX * Group.DimY)
        {
            var isOwn = start + Group.IdxY < rows;
            var row = XMath.Min(start + Group.IdxY, rows - 1);
            var first = (long)row * packs;
            var scale = scales[row];
            var weightScale = isOwn ? scale : 0f;
            // No branch parts the loads, so that those of all steps are under way together: a pack past the row's end repeats the last.
            for (var step = 0; step < TSteps.Value; step++)
            {
                var pack = PackOf<TGuarded>(step, packs);
                Packed.Unpack(x[first + pack], inputs.SubView(step * Packed.Size, Packed.Size));
                Packed.Unpack(dy[first + pack], upstream.SubView(step * Packed.Size, Packed.Size));
            }

            // Afterwards upstream holds all of dx but what the sum takes off.
            var products = 0f;
            for (var step = 0; step < TSteps.Value; step++)
            {
                var isInside = !TGuarded.Value || step * Group.DimX + Group.IdxX < packs;
                var pack = PackOf<TGuarded>(step, packs);
                Packed.Unpack(weight[pack], other);
                if (TAddend.Value)
                    Packed.Unpack(addend[first + pack], addends);
                for (var i = 0; i < Packed.Size; i++)
                {
                    var place = step * Packed.Size + i;
                    weightSums[place] += upstream[place] * inputs[place] * weightScale;
                    var weighted = upstream[place] * other[i];
                    products += isInside ? weighted * inputs[place] : 0f;
                    upstream[place] = TAddend.Value ? scale * weighted + addends[i] : scale * weighted;
                }
            }

            var pull = RowSum(shared, products) * scale * scale * scale / (packs * Packed.Size);
            for (var i = 0; i < TSteps.Value * Packed.Size; i++)
                upstream[i] -= pull * inputs[i];
            if (isOwn)
            {
                for (var step = 0; step < TSteps.Value; step++)
                {
                    var pack = step * Group.DimX + Group.IdxX;
                    if (!TGuarded.Value || pack < packs)
                        dx[first + pack] = Packed.Pack<T>(upstream.SubView(step * Packed.Size, Packed.Size));
                }
            }
        }

        var item = Group.IdxY * Group.DimX + Group.IdxX;
        for (var step = 0; step < TSteps.Value; step++)
        {
            for (var i = 0; i < Packed.Size; i++)
                shared[item * Packed.Size + i] = weightSums[step * Packed.Size + i];
            Group.Barrier();
            var columns = Group.DimX * Packed.Size;
            for (var column = item; column < columns; column += GroupSize)
            {
                var target = step * columns + column;
                if (target < packs * Packed.Size)
                {
                    var total = 0f;
                    for (var row = 0; row < Group.DimY; row++)
                        total += shared[row * columns + column];
                    partial[(long)Grid.IdxX * packs * Packed.Size + target] = total;
                }
            }

            Group.Barrier();
        }
    }
}
