using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>
/// What the kernels for wide heads have in common: those whose results for 16 rows, with the operands, are more than the registers of a warp
/// hold. Two warps, of the two sides of a group, share 16 rows. Each computes another part of the first products; they exchange what came of
/// it through shared memory, and each adds to another part of the results. What both compute is the same to the bit.
/// <para>
/// A group is four such pairs, with 64 rows of one head and sequence. Rows of two matrices stream past in blocks of 32, one copied while the
/// other is used. Each block takes two barriers of the group: one when it has arrived, which also ends the use of the one before, and one
/// for the exchange.
/// </para>
/// </summary>
internal static class WideTile
{
    /// <summary>Work items of a group.</summary>
    public const int GroupSize = 2 * WarpTile.GroupSize;

    /// <summary>Rows of a group.</summary>
    public const int Rows = 64;

    /// <summary>Rows of a streamed block.</summary>
    public const int Block = 32;

    /// <summary>Blocks in shared memory.</summary>
    public const int Stages = 2;

    /// <summary>Products of a work item for a block.</summary>
    public const int Products = Block / 2;

    /// <summary>Floats of shared memory for the exchange.</summary>
    public const int ExchangeLength = GroupSize * Products;

    /// <summary>Whether the device has the shared memory for the head dimension.</summary>
    public static bool Fits(TensorDevice device, int headDim) =>
        device.Info.SharedMemoryBytes
            >= Stages * 2 * Block * (headDim + 8) * sizeof(ushort)
                + (ExchangeLength + Stages * 2 * Block) * sizeof(float)
                + Rows * sizeof(int);

    /// <summary>A group per block of rows (x), head (y) and sequence (z).</summary>
    public static KernelConfig Config(int batch, int heads, int length) =>
        new(new Index3D((length + Rows - 1) / Rows, heads, batch), new Index3D(GroupSize, 1, 1));

    /// <summary>Which of the two warps that share rows the work item belongs to, 0 or 1.</summary>
    public static int Side() => Group.IdxX / WarpTile.GroupSize;

    /// <summary>The first of the warp's 16 rows.</summary>
    public static int OwnRow() => Group.IdxX % WarpTile.GroupSize / 32 * WarpTile.Rows;

    /// <summary>Elements of a block.</summary>
    public static int BlockElements<THead>()
        where THead : struct, IConstant => Block * WarpTile.Stride<THead>();

    /// <summary>Starts copying a group's rows.</summary>
    /// <inheritdoc cref="WarpTile.CopyRows{THead, TRows}"/>
    public static void CopyFixed<THead>(ArrayView<ushort> source, int rowStride, int rows, ArrayView<ushort> target)
        where THead : struct, IConstant => WarpTile.CopyRows<THead, C64, C256>(source, rowStride, rows, target);

    /// <inheritdoc cref="WarpTile.CopyBlocks"/>
    public static void CopyBlocks<THead>(
        ArrayView<ushort> first, ArrayView<ushort> second, long start, int rowStride, int rows, ArrayView<ushort> target)
        where THead : struct, IConstant
    {
        WarpTile.CopyRows<THead, C32, C256>(first.SubView(start), rowStride, rows, target);
        WarpTile.CopyRows<THead, C32, C256>(second.SubView(start), rowStride, rows, target.SubView(BlockElements<THead>()));
    }

    /// <summary>Gives the other warp a work item's values of a block; a barrier follows.</summary>
    public static void Give(ArrayView<float> values, ArrayView<float> exchange)
    {
        var own = exchange.SubView(Group.IdxX);
        for (var i = 0; i < Products; i++)
            own[i * GroupSize] = values[i];
    }

    /// <summary>Where the values lie, <see cref="GroupSize"/> apart, that the work item of the same place in the other warp gave.</summary>
    public static ArrayView<float> Given(ArrayView<float> exchange) => exchange.SubView(Group.IdxX ^ WarpTile.GroupSize);
}
