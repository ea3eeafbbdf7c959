using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Normalization;

/// <summary>
/// As <see cref="PackedRmsNormGradient"/>, for 16-bit elements and devices that copy to shared memory beside the computation: while a row is
/// worked on, the next one of the same warps is on its way. A work item reads just what it has copied itself, so that rows of one warp pass no
/// barrier of the group, and the registers are left to the weight and the sums of its gradient.
/// </summary>
internal static class StagedRmsNormGradient
{
    private const int GroupSize = PackedRmsNorm.GroupSize;

    /// <summary>Rows under way: the one worked on and the next.</summary>
    private const int Stages = 2;

    /// <summary>Bytes of shared memory that a group takes at most.</summary>
    private const int SharedBytes = Stages * 3 * PackedRmsNorm.MaxSteps * GroupSize * 16 + PackedRmsNorm.Warps * sizeof(float);

    /// <summary>Launches the kernel if device and types suit it.</summary>
    public static bool TryLaunch(RmsNormBackward arguments)
    {
        var device = arguments.X.Device;
        Action<RmsNormBackward>? launch = (arguments.X.DType, arguments.Weight.DType) switch
        {
            (DType.BFloat16, DType.BFloat16) => Launch<BF16, BF16>,
            (DType.BFloat16, DType.Float32) => Launch<BF16, F32>,
            (DType.Float16, DType.Float16) => Launch<F16, F16>,
            (DType.Float16, DType.Float32) => Launch<F16, F32>,
            _ => null,
        };
        if (launch is null || device.Tier == KernelTier.Portable || device.Info.SharedMemoryBytes < SharedBytes)
            return false;
        launch(arguments);
        return true;
    }

    private static void Launch<T, TWeight>(RmsNormBackward arguments)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight> =>
        PackedRow.Launch(
            arguments.Addend is null ? new RowLaunch<T, TWeight, No>(arguments) : new RowLaunch<T, TWeight, Yes>(arguments),
            arguments.Weight.Shape[0]);

    [LaunchBounds(GroupSize, MinGroupsPerMultiprocessor = PackedRmsNormGradient.GroupsPerMultiprocessor)]
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
        // [stage, step, work item]. The memory of x takes the Float32 sums of the group in the end: two stages of 16 bits are as large.
        var stagedX = SharedMemory.Allocate<Pack8<T>>(Stages * TSteps.Value * GroupSize);
        var stagedDy = SharedMemory.Allocate<Pack8<T>>(Stages * TSteps.Value * GroupSize);
        var stagedAddend = SharedMemory.Allocate<Pack8<T>>(TAddend.Value ? Stages * TSteps.Value * GroupSize : 1);
        var shared = SharedMemory.Allocate<float>(PackedRmsNorm.Warps);
        var weights = LocalMemory.Allocate<float>(TSteps.Value * Packed.Size);
        var weightSums = LocalMemory.Allocate<float>(TSteps.Value * Packed.Size);
        var inputs = LocalMemory.Allocate<float>(Packed.Size);
        var upstream = LocalMemory.Allocate<float>(Packed.Size);
        var addends = LocalMemory.Allocate<float>(Packed.Size);
        var rowLanes = TWarps.Value * Packed.Lanes;
        var rowsPerGroup = PackedRmsNorm.Warps / TWarps.Value;
        var lane = Group.IdxX % rowLanes;
        var ownRow = Group.IdxX / rowLanes;
        var stride = Grid.DimX * rowsPerGroup;
        var inverseWidth = 1f / (packs * Packed.Size);
        var start = Grid.IdxX * rowsPerGroup;
        var nextScale = scales[XMath.Min(start + ownRow, rows - 1)];
        for (var ahead = 0; ahead < Stages; ahead++)
        {
            Fetch<T, TGuarded, TWarps, TSteps>(x, start + ownRow + ahead * stride, rows, packs, stagedX, ahead);
            Fetch<T, TGuarded, TWarps, TSteps>(dy, start + ownRow + ahead * stride, rows, packs, stagedDy, ahead);
            if (TAddend.Value)
                Fetch<T, TGuarded, TWarps, TSteps>(addend, start + ownRow + ahead * stride, rows, packs, stagedAddend, ahead);
            AsyncCopy.Commit();
        }

        for (var step = 0; step < TSteps.Value; step++)
        {
            Packed.Unpack(weight[PackedRow.PlaceOf<TGuarded>(step * rowLanes + lane, packs)], weights.SubView(step * Packed.Size, Packed.Size));
            for (var i = 0; i < Packed.Size; i++)
            {
                if (TGuarded.Value && step * rowLanes + lane >= packs)
                    weights[step * Packed.Size + i] = 0;
                weightSums[step * Packed.Size + i] = 0;
            }
        }

        // All warps of a row go through the same number of rows, and those of a group where they share one: they meet at barriers.
        var stage = 0;
        for (; start + (TWarps.Value == 1 ? ownRow : 0) < rows; start += stride)
        {
            var row = start + ownRow;
            var staged = stage * TSteps.Value * GroupSize + Group.IdxX;
            var isOwn = TWarps.Value == 1 || row < rows;
            var scale = nextScale;
            nextScale = scales[XMath.Min(row + stride, rows - 1)];
            var products = 0f;
            AsyncCopy.Wait(Stages - 1);
            if (isOwn)
            {
                for (var step = 0; step < TSteps.Value; step++)
                {
                    Packed.Unpack(stagedX[staged + step * GroupSize], inputs);
                    Packed.Unpack(stagedDy[staged + step * GroupSize], upstream);
                    for (var i = 0; i < Packed.Size; i++)
                    {
                        var place = step * Packed.Size + i;
                        var product = upstream[i] * inputs[i];
                        weightSums[place] += product * scale;
                        products += product * weights[place];
                    }
                }
            }

            var pull = PackedRow.Sum<TWarps>(shared, products) * scale * scale * scale * inverseWidth;
            if (isOwn)
            {
                var first = (long)row * packs;
                for (var step = 0; step < TSteps.Value; step++)
                {
                    var pack = step * rowLanes + lane;
                    Packed.Unpack(stagedX[staged + step * GroupSize], inputs);
                    Packed.Unpack(stagedDy[staged + step * GroupSize], upstream);
                    if (TAddend.Value)
                        Packed.Unpack(stagedAddend[staged + step * GroupSize], addends);
                    for (var i = 0; i < Packed.Size; i++)
                    {
                        var kept = TAddend.Value ? addends[i] - pull * inputs[i] : -pull * inputs[i];
                        upstream[i] = kept + scale * weights[step * Packed.Size + i] * upstream[i];
                    }

                    if (!TGuarded.Value || pack < packs)
                        dx[first + pack] = Packed.Pack<T>(upstream);
                }
            }

            Fetch<T, TGuarded, TWarps, TSteps>(x, row + Stages * stride, rows, packs, stagedX, stage);
            Fetch<T, TGuarded, TWarps, TSteps>(dy, row + Stages * stride, rows, packs, stagedDy, stage);
            if (TAddend.Value)
                Fetch<T, TGuarded, TWarps, TSteps>(addend, row + Stages * stride, rows, packs, stagedAddend, stage);
            AsyncCopy.Commit();
            stage = (stage + 1) % Stages;
        }

        AsyncCopy.Wait(0);
        Group.Barrier();
        WriteSums<TWarps, TSteps>(stagedX.Cast<Pack4<float>>(), weightSums, partial, packs);
    }

    /// <summary>Starts to copy this work item's packs of a row to a stage, if there is such a row.</summary>
    private static void Fetch<T, TGuarded, TWarps, TSteps>(
        ArrayView<Pack8<T>> matrix,
        int row,
        int rows,
        int packs,
        ArrayView<Pack8<T>> staged,
        int stage)
        where T : unmanaged, IElement<T>
        where TGuarded : struct, IFlag
        where TWarps : struct, IConstant
        where TSteps : struct, IConstant
    {
        var rowLanes = TWarps.Value * Packed.Lanes;
        if (row < rows)
        {
            for (var step = 0; step < TSteps.Value; step++)
            {
                var target = (stage * TSteps.Value + step) * GroupSize + Group.IdxX;
                var pack = PackedRow.PlaceOf<TGuarded>(step * rowLanes + Group.IdxX % rowLanes, packs);
                AsyncCopy.Copy16(staged.SubView(target, 1), matrix.SubView((long)row * packs + pack, 1));
            }
        }
    }

    /// <summary>Adds the rows of the group in order.</summary>
    /// <param name="planes">Shared memory: for each step the first halves of the work items' packs, and the second ones behind all of those.</param>
    /// <param name="weightSums">This work item's sums.</param>
    /// <param name="partial">[groups, width].</param>
    /// <param name="packs">Of a row.</param>
    private static void WriteSums<TWarps, TSteps>(ArrayView<Pack4<float>> planes, ArrayView<float> weightSums, ArrayView<float> partial, int packs)
        where TWarps : struct, IConstant
        where TSteps : struct, IConstant
    {
        Pack4<float> half;
        for (var step = 0; step < 2 * TSteps.Value; step++)
        {
            var place = step / 2 * Packed.Size + step % 2 * 4;
            half.First = weightSums[place];
            half.Second = weightSums[place + 1];
            half.Third = weightSums[place + 2];
            half.Fourth = weightSums[place + 3];
            planes[(step % 2 * TSteps.Value + step / 2) * GroupSize + Group.IdxX] = half;
        }

        Group.Barrier();
        var rowLanes = TWarps.Value * Packed.Lanes;
        var target = partial.SubView((long)Grid.IdxX * packs * Packed.Size, packs * Packed.Size).Cast<Pack4<float>>();
        for (var i = Group.IdxX; i < 2 * packs; i += GroupSize)
        {
            var pack = i / 2;
            var first = (i % 2 * TSteps.Value + pack / rowLanes) * GroupSize + pack % rowLanes;
            half = planes[first];
            for (var row = 1; row < PackedRmsNorm.Warps / TWarps.Value; row++)
            {
                var term = planes[first + row * rowLanes];
                half.First += term.First;
                half.Second += term.Second;
                half.Third += term.Third;
                half.Fourth += term.Fourth;
            }

            target[i] = half;
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
                (partial.Shape[1], GroupSize),
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
