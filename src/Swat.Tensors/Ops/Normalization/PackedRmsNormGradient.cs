using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Normalization;

/// <summary>
/// The derivative of <see cref="PackedRmsNorm"/>: dx and the group's part of dg in one pass.
/// <para>
/// A group goes through the rows with a fixed stride; one to eight warps share a row. A work item adds up dg of its own columns, and the
/// rows of a group are added in order at its end; <see cref="ColumnSum"/> adds the groups. What does not fit the registers beside that, x, is
/// read again from the cache once the row's sum is known.
/// </para>
/// </summary>
internal static class PackedRmsNormGradient
{
    public const int GroupsPerMultiprocessor = 2;

    /// <summary>Number of partial sums of dg: one for each group.</summary>
    public static int Groups(Tensor x)
    {
        var rowsPerGroup = PackedRmsNorm.Warps / PackedRmsNorm.WarpsOfRow(x.Shape[^1]);
        var rows = (int)(x.Count / x.Shape[^1]);
        return Math.Clamp((rows + rowsPerGroup - 1) / rowsPerGroup, 1, GroupsPerMultiprocessor * x.Device.Info.Multiprocessors);
    }

    /// <inheritdoc cref="RmsNormKernels.Backward"/>
    public static void Launch(RmsNormBackward arguments) =>
        ElementTypes.SelectWithFloat32(
            "rms_norm",
            arguments.X.DType,
            arguments.Weight.DType,
            Launch<F32, F32>,
            Launch<BF16, BF16>,
            Launch<F16, F16>,
            Launch<BF16, F32>,
            Launch<F16, F32>)(arguments);

    private static void Launch<T, TWeight>(RmsNormBackward arguments)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight> =>
        PackedRow.Launch(
            arguments.Addend is null ? new RowLaunch<T, TWeight, No>(arguments) : new RowLaunch<T, TWeight, Yes>(arguments),
            arguments.Weight.Shape[0]);

    [LaunchBounds(PackedRmsNorm.GroupSize, MinGroupsPerMultiprocessor = GroupsPerMultiprocessor)]
    private static void Kernel<T, TWeight, TAddend, TGuarded, TWarps, TSteps>(
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
        where TWarps : struct, IConstant
        where TSteps : struct, IConstant
    {
        var shared = SharedMemory.Allocate<float>(PackedRmsNorm.GroupSize * Packed.Size);
        var results = LocalMemory.Allocate<float>(TSteps.Value * Packed.Size);
        var weightSums = LocalMemory.Allocate<float>(TSteps.Value * Packed.Size);
        var inputs = LocalMemory.Allocate<float>(Packed.Size);
        var upstream = LocalMemory.Allocate<float>(Packed.Size);
        var weights = LocalMemory.Allocate<float>(Packed.Size);
        var addends = LocalMemory.Allocate<float>(Packed.Size);
        var rowLanes = TWarps.Value * Packed.Lanes;
        var rowsPerGroup = PackedRmsNorm.Warps / TWarps.Value;
        var lane = Group.IdxX % rowLanes;
        var ownRow = Group.IdxX / rowLanes;
        for (var i = 0; i < TSteps.Value * Packed.Size; i++)
            weightSums[i] = 0;

        for (var start = Grid.IdxX * rowsPerGroup; start < rows; start += Grid.DimX * rowsPerGroup)
        {
            // Work items behind the last row repeat it: all of a group reach the barriers.
            var isOwn = start + ownRow < rows;
            var row = XMath.Min(start + ownRow, rows - 1);
            var first = (long)row * packs;
            var scale = scales[row];
            var weightScale = isOwn ? scale : 0f;
            var products = 0f;
            // No branch parts the loads, so that those of all steps are under way together: a pack past the row's end repeats the last.
            for (var step = 0; step < TSteps.Value; step++)
            {
                var isInside = !TGuarded.Value || step * rowLanes + lane < packs;
                var pack = PackedRow.PlaceOf<TGuarded>(step * rowLanes + lane, packs);
                Packed.Unpack(x[first + pack], inputs);
                Packed.Unpack(dy[first + pack], upstream);
                Packed.Unpack(weight[pack], weights);
                if (TAddend.Value)
                    Packed.Unpack(addend[first + pack], addends);
                for (var i = 0; i < Packed.Size; i++)
                {
                    var place = step * Packed.Size + i;
                    weightSums[place] += upstream[i] * inputs[i] * weightScale;
                    var weighted = upstream[i] * weights[i];
                    products += isInside ? weighted * inputs[i] : 0f;
                    results[place] = TAddend.Value ? scale * weighted + addends[i] : scale * weighted;
                }
            }

            var pull = PackedRow.Sum<TWarps>(shared, products) * scale * scale * scale / (packs * Packed.Size);
            for (var step = 0; step < TSteps.Value; step++)
            {
                Packed.Unpack(x[first + PackedRow.PlaceOf<TGuarded>(step * rowLanes + lane, packs)], inputs);
                for (var i = 0; i < Packed.Size; i++)
                    results[step * Packed.Size + i] -= pull * inputs[i];
            }

            if (isOwn)
            {
                for (var step = 0; step < TSteps.Value; step++)
                {
                    var pack = step * rowLanes + lane;
                    if (!TGuarded.Value || pack < packs)
                        dx[first + pack] = Packed.Pack<T>(results.SubView(step * Packed.Size, Packed.Size));
                }
            }
        }

        for (var step = 0; step < TSteps.Value; step++)
        {
            for (var i = 0; i < Packed.Size; i++)
                shared[Group.IdxX * Packed.Size + i] = weightSums[step * Packed.Size + i];
            Group.Barrier();
            var columns = rowLanes * Packed.Size;
            for (var column = Group.IdxX; column < columns; column += PackedRmsNorm.GroupSize)
            {
                var target = step * columns + column;
                if (target < packs * Packed.Size)
                {
                    var total = 0f;
                    for (var row = 0; row < rowsPerGroup; row++)
                        total += shared[row * columns + column];
                    partial[(long)Grid.IdxX * packs * Packed.Size + target] = total;
                }
            }

            Group.Barrier();
        }
    }

    private sealed class RowLaunch<T, TWeight, TAddend>(RmsNormBackward arguments) : IPackedRowLaunch
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
        where TAddend : struct, IFlag
    {
        public void Run<TGuarded, TWarps, TSteps>()
            where TGuarded : struct, IFlag
            where TWarps : struct, IConstant
            where TSteps : struct, IConstant
        {
            var (x, weight, scales, dy, addend, dx, partial) = arguments;
            x.Device.Launch(
                Kernel<T, TWeight, TAddend, TGuarded, TWarps, TSteps>,
                (Groups(x), PackedRmsNorm.GroupSize),
                x.Packs<T>(),
                weight.Packs<TWeight>(),
                scales.View<float>(),
                dy.Packs<T>(),
                (addend ?? dy).Packs<T>(),
                dx.Packs<T>(),
                partial.View<float>(),
                (int)scales.Count,
                weight.Shape[0] / Packed.Size);
        }
    }
}
