using Swat.Tensors.Numerics;
using Instructions = Swat.Gpu.Intrinsics.Hopper;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// What the Hopper kernels are made of: blocks of 64 rows by head_dim, stored as head_dim / 64 tiles of 64 x 64 elements one behind the
/// other, each with rows of 128 bytes whose 16-byte pieces are swizzled, as bulk copies write and wgmma reads them.
/// </summary>
internal static class AttentionBlocks
{
    /// <summary>Rows of a block, and rows and columns of a tile.</summary>
    public const int Side = 64;

    /// <summary>Elements of a tile.</summary>
    public const int TileLength = Side * Side;

    public const int TileBytes = 2 * TileLength;

    /// <summary>A warpgroup's accumulators for a tile.</summary>
    public const int Accumulators = 32;

    /// <summary>Work items of a warpgroup.</summary>
    public const int WarpGroup = 128;

    /// <summary>Registers that a work item needs besides those for accumulators and operands.</summary>
    public const int OtherRegisters = 28;

    // Descriptors count in units of 16 bytes: 16 columns of a row, 16 rows, a tile.
    private const int ColumnStep = 2;
    private const int RowStep = 128;
    private const int TileStep = TileBytes / 16;

    /// <summary>Elements of a block.</summary>
    public static int Length<THead>()
        where THead : struct, IConstant => Side * THead.Value;

    /// <summary>What a descriptor grows by from one block to the next.</summary>
    public static int DescriptorStep<THead>()
        where THead : struct, IConstant => THead.Value / Side * TileStep;

    /// <summary>Describes a block to wgmma.</summary>
    public static long Describe(ArrayView<ushort> block) => Instructions.Descriptor(block, 16, 1024, WgmmaSwizzle.Bytes128);

    /// <summary>Starts the copy of a block; one work item calls, having announced the bytes to the barrier.</summary>
    public static void Load<THead>(ArrayView<ushort> block, in BulkTensor map, int head, int row, int batch, ArrayView<long> barrier)
        where THead : struct, IConstant
    {
        for (var t = 0; t < THead.Value / Side; t++)
            Instructions.LoadTile(block.SubView(t * TileLength, TileLength), map, head * THead.Value + t * Side, row, batch, barrier);
    }

    /// <summary>scores = A · Bᵀ over head_dim, for blocks A and B; starts.</summary>
    public static void MultiplyTransposed<T, THead>(ArrayView<float> scores, long a, long b)
        where T : struct, IMatrixElement
        where THead : struct, IConstant
    {
        for (var k = 0; k < THead.Value / 16; k++)
        {
            var step = k / 4 * TileStep + k % 4 * ColumnStep;
            T.Multiply(scores, a + step, b + step, k > 0, 0, 0);
        }
    }

    /// <summary>sums += weights · B over 64 rows of the block B, with weights 64 x 64 in registers; starts.</summary>
    public static void Accumulate<T, THead>(ArrayView<float> sums, ArrayView<uint> weights, long b)
        where T : struct, IMatrixElement
        where THead : struct, IConstant
    {
        for (var k = 0; k < 4; k++)
        {
            for (var t = 0; t < THead.Value / Side; t++)
                T.Multiply(sums.SubView(t * Accumulators, Accumulators), weights.SubView(4 * k, 4), b + t * TileStep + k * RowStep, true, 1);
        }
    }

    /// <summary>Rounds accumulators of a 64 x 64 product to the left operand of the next: 16 words.</summary>
    public static void Pack<T>(ArrayView<float> product, ArrayView<uint> words)
        where T : struct, IMatrixElement
    {
        for (var i = 0; i < Accumulators / 2; i++)
            words[i] = T.Pack(product[2 * i], product[2 * i + 1]);
    }

    public static void Clear(ArrayView<float> sums, int count)
    {
        for (var i = 0; i < count; i++)
            sums[i] = 0;
    }

    public static void Scale(ArrayView<float> sums, int count, float factor)
    {
        for (var i = 0; i < count; i++)
            sums[i] *= factor;
    }

    /// <summary>Writes accumulators, rounded, to a block in shared memory and from there to the tensor; the warpgroup calls.</summary>
    /// <param name="sums">head_dim / 64 times 32.</param>
    /// <param name="block">Read by nobody any more.</param>
    /// <param name="map">Of the tensor.</param>
    /// <param name="namedBarrier">A number that no other warpgroup uses, 1 to 15.</param>
    public static void Store<T, THead>(
        ArrayView<float> sums, ArrayView<ushort> block, in BulkTensor map, int head, int row, int batch, int namedBarrier)
        where T : struct, IMatrixElement
        where THead : struct, IConstant
    {
        var words = block.Cast<uint>();
        var first = Row();
        for (var t = 0; t < THead.Value / Side; t++)
        {
            for (var j = 0; j < 8; j++)
            {
                for (var h = 0; h < 2; h++)
                {
                    var i = t * Accumulators + 4 * j + 2 * h;
                    // Rows first and first + 8 have their pieces swapped alike.
                    words[(t * Side + first + 8 * h) * 32 + (j ^ (first & 7)) * 4 + Warp.LaneIdx % 4] = T.Pack(sums[i], sums[i + 1]);
                }
            }
        }

        Instructions.FenceAsyncProxy();
        WarpGroupBarrier(namedBarrier);
        if (Group.IdxX % WarpGroup == 0)
        {
            for (var t = 0; t < THead.Value / Side; t++)
                Instructions.StoreTile(map, head * THead.Value + t * Side, row, batch, block.SubView(t * TileLength, TileLength));
            Instructions.StoreCommit();
            Instructions.StoreWaitRead(0);
        }
    }

    /// <summary>The warp's number, the same in all lanes so that the driver's compiler sees it and computes with it once for the warp.</summary>
    public static int WarpIndex() => Warp.Shuffle(Group.IdxX / 32, 0);

    /// <summary>The warpgroup's number, as <see cref="WarpIndex"/>.</summary>
    public static int WarpGroupIndex() => Warp.Shuffle(Group.IdxX / WarpGroup, 0);

    /// <summary>The first of the two rows of a 64 x 64 block of accumulators that the work item holds; the other is 8 behind it.</summary>
    public static int Row() => Group.IdxX % WarpGroup / 32 * 16 + Warp.LaneIdx / 4;

    /// <summary>The first column that the work item holds; the others are 1, 8, 9, 16, 17 … behind it.</summary>
    public static int Column() => Warp.LaneIdx % 4 * 2;

    /// <summary>
    /// As <see cref="Column"/>. What follows from it is not computed ahead of loops and kept, which is right for what is seldom needed.
    /// </summary>
    public static int ColumnAnew()
    {
        CudaAsm.Emit("mov.u32 %0, %%laneid;", out int lane);
        return lane % 4 * 2;
    }

    /// <summary>The warpgroup's work items wait for each other.</summary>
    public static void WarpGroupBarrier(int namedBarrier) => CudaAsm.Emit("bar.sync %0, 128;", namedBarrier);

    /// <summary>2 to the power of x to about 2^-22; results below 2^-126 become 0.</summary>
    public static float Exp2(float x)
    {
        CudaAsm.Emit("ex2.approx.ftz.f32 %0, %1;", out float result, x);
        return result;
    }

    /// <summary>tanh to about 2^-11, on the special-function unit.</summary>
    public static float Tanh(float x)
    {
        CudaAsm.Emit("tanh.approx.f32 %0, %1;", out float result, x);
        return result;
    }
}
