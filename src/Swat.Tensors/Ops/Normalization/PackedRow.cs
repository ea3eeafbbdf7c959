using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Normalization;

/// <summary>
/// How kernels whose groups have 256 work items along x divide rows in packs of eight elements: one, two, four or eight warps share a row, and a
/// work item takes up to four packs of it.
/// </summary>
internal static class PackedRow
{
    /// <summary>Launches the form of a kernel that suits rows of this width.</summary>
    public static void Launch(IPackedRowLaunch kernel, int width)
    {
        if (PackedRmsNorm.IsExact(width, PackedRmsNorm.WarpsOfRow(width)))
            Launch<No>(kernel, width);
        else
            Launch<Yes>(kernel, width);
    }

    /// <summary>The pack to read in place of one past the row's end: the last. Then no branch parts the loads.</summary>
    public static int PlaceOf<TGuarded>(int pack, int packs)
        where TGuarded : struct, IFlag => TGuarded.Value ? XMath.Min(pack, packs - 1) : pack;

    /// <summary>
    /// The sum over the work items of a row, for each of them. Ends with a barrier even where the warps need none: it keeps the compiler from
    /// holding what was read before in registers until it is read again.
    /// </summary>
    /// <typeparam name="TWarps">Warps of a row.</typeparam>
    /// <param name="shared">A number for each warp of the group.</param>
    /// <param name="value">This work item's term.</param>
    public static float Sum<TWarps>(ArrayView<float> shared, float value)
        where TWarps : struct, IConstant
    {
        value = Packed.Sum(value);
        if (TWarps.Value == 1)
        {
            Warp.Barrier();
            return value;
        }

        if (Group.IdxX % Packed.Lanes == 0)
            shared[Group.IdxX / Packed.Lanes] = value;
        Group.Barrier();
        var firstWarp = Group.IdxX / (TWarps.Value * Packed.Lanes) * TWarps.Value;
        var sum = 0f;
        for (var warp = 0; warp < TWarps.Value; warp++)
            sum += shared[firstWarp + warp];
        Group.Barrier();
        return sum;
    }

    private static void Launch<TGuarded>(IPackedRowLaunch kernel, int width)
        where TGuarded : struct, IFlag
    {
        switch (PackedRmsNorm.WarpsOfRow(width))
        {
            case 1:
                Launch<TGuarded, C1>(kernel, width);
                break;
            case 2:
                Launch<TGuarded, C2>(kernel, width);
                break;
            case 4:
                Launch<TGuarded, C4>(kernel, width);
                break;
            default:
                Launch<TGuarded, C8>(kernel, width);
                break;
        }
    }

    private static void Launch<TGuarded, TWarps>(IPackedRowLaunch kernel, int width)
        where TGuarded : struct, IFlag
        where TWarps : struct, IConstant
    {
        switch (PackedRmsNorm.StepsOf(width, TWarps.Value))
        {
            case 1:
                kernel.Run<TGuarded, TWarps, C1>();
                break;
            case 2:
                kernel.Run<TGuarded, TWarps, C2>();
                break;
            case 3:
                kernel.Run<TGuarded, TWarps, C3>();
                break;
            default:
                kernel.Run<TGuarded, TWarps, C4>();
                break;
        }
    }
}
