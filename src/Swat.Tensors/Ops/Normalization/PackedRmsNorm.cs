using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Normalization;

/// <summary>
/// Root-mean-square normalisation for graphics processors, of rows whose width is a multiple of 8 and at most 8192.
/// <para>
/// One to eight warps share a row, 32 columns a work item at most, and hold it in registers, so that every element is read once.
/// </para>
/// </summary>
internal static class PackedRmsNorm
{
    public const int GroupSize = 256;
    public const int Warps = GroupSize / Packed.Lanes;
    public const int MaxSteps = 4;

    private const int ColumnsPerStep = Packed.Lanes * Packed.Size;

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

    /// <summary>Warps that share a row.</summary>
    public static int WarpsOfRow(int width)
    {
        var warps = 1;
        while (warps * MaxSteps * ColumnsPerStep < width)
            warps *= 2;
        return warps;
    }

    /// <summary>Packs of a row that a work item holds.</summary>
    public static int StepsOf(int width, int warps) => (width + warps * ColumnsPerStep - 1) / (warps * ColumnsPerStep);

    /// <summary>Whether the work items' packs cover a row exactly.</summary>
    public static bool IsExact(int width, int warps) => width == StepsOf(width, warps) * warps * ColumnsPerStep;

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
        if (IsExact(width, WarpsOfRow(width)))
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
        var warps = WarpsOfRow(width);
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
}
