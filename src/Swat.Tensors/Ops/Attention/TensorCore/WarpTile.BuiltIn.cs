using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;
using Instructions = Swat.Gpu.Intrinsics.TensorCore;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>
/// The steps that the tensor-core kernels are made of: four warps a group; blocks of rows in shared memory, elements of 16 bits.
/// <para>
/// A row in shared memory takes 16 bytes more than its elements. A row then has an odd number of 16-byte pieces, because head dimensions are
/// multiples of 16, so that the eight rows of a matrix that ldmatrix reads begin in eight different quarters of the memory's banks; and all
/// addresses of a work item are one sum and a constant.
/// </para>
/// <para>
/// A tile is 16 rows of a warp by some columns. Results stand in 16x8 accumulators of four numbers a work item: with group = lane / 4 and
/// pair = lane % 4, element 2·h + e is row group + 8·h, column 2·pair + e. Two neighbouring accumulators, rounded to 16 bits and packed, are
/// the left operand of the next product as they are.
/// </para>
/// </summary>
internal static class WarpTile
{
    /// <summary>Work items of a group.</summary>
    public const int GroupSize = 128;

    /// <summary>Rows of a tile.</summary>
    public const int Rows = 16;

    /// <summary>Rows of a streamed block; the four warps have as many with one tile each.</summary>
    public const int Block = 64;

    private const int PieceElements = 8;

    /// <summary>Kernels for larger head dimensions have no registers to spare for copies that need not loop.</summary>
    private const int MostUnrolled = 64;

    /// <summary>A group per block of 64·TTiles rows (x), head (y) and sequence (z).</summary>
    public static KernelConfig Config<TTiles>(int batch, int heads, int length)
        where TTiles : struct, IConstant =>
        new(new Index3D((length + Block * TTiles.Value - 1) / (Block * TTiles.Value), heads, batch), new Index3D(GroupSize, 1, 1));

    /// <summary>Elements from one row in shared memory to the next.</summary>
    public static int Stride<THead>()
        where THead : struct, IConstant => THead.Value + PieceElements;

    /// <summary>Starts copying rows to shared memory; rows behind the last one become 0.</summary>
    /// <param name="source">The first row, in global memory.</param>
    /// <param name="rowStride">Elements from one row to the next there.</param>
    /// <param name="rows">How many rows there are, at least 1.</param>
    /// <param name="target">Shared memory.</param>
    public static void CopyRows<THead, TRows>(ArrayView<ushort> source, int rowStride, int rows, ArrayView<ushort> target)
        where THead : struct, IConstant
        where TRows : struct, IConstant => CopyRows<THead, TRows, C128>(source, rowStride, rows, target);

    /// <summary>As the other form, in a group of TGroup work items.</summary>
    /// <inheritdoc cref="CopyRows{THead, TRows}"/>
    public static void CopyRows<THead, TRows, TGroup>(ArrayView<ushort> source, int rowStride, int rows, ArrayView<ushort> target)
        where THead : struct, IConstant
        where TRows : struct, IConstant
        where TGroup : struct, IConstant
    {
        var pieces = THead.Value / PieceElements;
        if (TGroup.Value % pieces == 0)
        {
            // Each time the same column, some rows below: few addresses, which loops around this keep in registers.
            var (first, column) = (Group.IdxX / pieces, Group.IdxX % pieces * PieceElements);
            var below = TGroup.Value / pieces;
            if (THead.Value <= MostUnrolled & TRows.Value * pieces % TGroup.Value == 0 && rows >= TRows.Value)
            {
                // Copies without zeros to fill in take a quarter of the instructions.
                for (var i = 0; i < TRows.Value / below; i++)
                {
                    var row = first + i * below;
                    AsyncCopy.Copy16(target.SubView(row * Stride<THead>() + column), source.SubView(row * rowStride + column));
                }
            }
            else
            {
                // A loop, as the number of its rounds is not a constant; unrolled, it would hold the addresses of all pieces at a time.
                for (var row = first; row < TRows.Value; row += below)
                    CopyPiece<THead>(source, rowStride, rows, target, row, column);
            }

            return;
        }

        for (var i = 0; i < (TRows.Value * pieces + TGroup.Value - 1) / TGroup.Value; i++)
        {
            var index = Group.IdxX + i * TGroup.Value;
            if ((i + 1) * TGroup.Value <= TRows.Value * pieces || index < TRows.Value * pieces)
                CopyPiece<THead>(source, rowStride, rows, target, index / pieces, index % pieces * PieceElements);
        }
    }

    private static void CopyPiece<THead>(ArrayView<ushort> source, int rowStride, int rows, ArrayView<ushort> target, int row, int column)
        where THead : struct, IConstant =>
        AsyncCopy.Copy16(
            target.SubView(row * Stride<THead>() + column),
            source.SubView(XMath.Min(row, rows - 1) * rowStride + column),
            row < rows ? 16 : 0);

    /// <summary>Starts copying a block of rows of two matrices of one layout, one behind the other.</summary>
    /// <param name="first">Global memory.</param>
    /// <param name="second">As the first.</param>
    /// <param name="start">The first row's first element, in both.</param>
    /// <param name="rowStride">Elements from one row to the next there.</param>
    /// <param name="rows">How many rows there are, at least 1; the others become 0.</param>
    /// <param name="target">Shared memory for two blocks.</param>
    public static void CopyBlocks<THead>(
        ArrayView<ushort> first, ArrayView<ushort> second, long start, int rowStride, int rows, ArrayView<ushort> target)
        where THead : struct, IConstant
    {
        CopyRows<THead, C64>(first.SubView(start), rowStride, rows, target);
        CopyRows<THead, C64>(second.SubView(start), rowStride, rows, target.SubView(Block * Stride<THead>()));
    }

    /// <summary>Starts copying the rows of a group's tiles.</summary>
    /// <inheritdoc cref="CopyRows{THead, TRows}"/>
    public static void CopyTiles<THead, TTiles>(ArrayView<ushort> source, int rowStride, int rows, ArrayView<ushort> target)
        where THead : struct, IConstant
        where TTiles : struct, IConstant
    {
        for (var t = 0; t < TTiles.Value; t++)
        {
            if (t * Block < rows)
                CopyRows<THead, C64>(source.SubView(t * Block * rowStride), rowStride, rows - t * Block, target.SubView(t * Block * Stride<THead>()));
        }
    }

    /// <summary>Where a work item's addresses for <see cref="LoadLeft"/> and <see cref="LoadRightAcross"/> begin.</summary>
    public static int LeftOffset<THead>()
        where THead : struct, IConstant => Warp.LaneIdx % 16 * Stride<THead>() + Warp.LaneIdx / 16 * PieceElements;

    /// <summary>Where a work item's addresses for <see cref="LoadRightAlong"/> begin.</summary>
    public static int RightOffset<THead>()
        where THead : struct, IConstant =>
        (Warp.LaneIdx % 8 + Warp.LaneIdx / 16 * 8) * Stride<THead>() + Warp.LaneIdx / 8 % 2 * PieceElements;

    /// <summary>The left operand: 16 rows by 16 columns.</summary>
    /// <param name="fragment">4 words.</param>
    /// <param name="rows">Shared memory from the first of the rows, at <see cref="LeftOffset"/>.</param>
    /// <param name="column">The first column.</param>
    public static void LoadLeft(ArrayView<uint> fragment, ArrayView<ushort> rows, int column) =>
        Instructions.LoadMatrix4(fragment, rows.SubView(column));

    /// <summary>
    /// Two right operands of products that sum over columns of the rows in shared memory: 16 columns deep, for the 16 rows' results.
    /// </summary>
    /// <param name="fragments">4 words: two of rows 0 to 7, two of rows 8 to 15.</param>
    /// <param name="rows">Shared memory from the first of the rows, at <see cref="RightOffset"/>.</param>
    /// <param name="column">The first column.</param>
    public static void LoadRightAlong(ArrayView<uint> fragments, ArrayView<ushort> rows, int column) =>
        Instructions.LoadMatrix4(fragments, rows.SubView(column));

    /// <summary>
    /// Two right operands of products that sum over the rows in shared memory: 16 rows deep, for 16 columns of results.
    /// </summary>
    /// <param name="fragments">4 words: two of columns 0 to 7, two of columns 8 to 15.</param>
    /// <param name="rows">Shared memory from the first of the rows, at <see cref="LeftOffset"/>.</param>
    /// <param name="column">The first column.</param>
    public static void LoadRightAcross(ArrayView<uint> fragments, ArrayView<ushort> rows, int column) =>
        Instructions.LoadMatrixTransposed4(fragments, rows.SubView(column));

    /// <summary>The left operands of a warp's tiles, for all columns.</summary>
    /// <param name="fragments">[TTiles][THead/16][4].</param>
    /// <param name="rows">Shared memory from the warp's first row.</param>
    public static void LoadLeftTiles<THead, TTiles>(ArrayView<uint> fragments, ArrayView<ushort> rows)
        where THead : struct, IConstant
        where TTiles : struct, IConstant => LoadLeftTiles<THead, THead, TTiles>(fragments, rows);

    /// <summary>As the other form, for the first TDepth columns: [TTiles][TDepth/16][4].</summary>
    /// <inheritdoc cref="LoadLeftTiles{THead, TTiles}"/>
    public static void LoadLeftTiles<THead, TDepth, TTiles>(ArrayView<uint> fragments, ArrayView<ushort> rows)
        where THead : struct, IConstant
        where TDepth : struct, IConstant
        where TTiles : struct, IConstant
    {
        var own = rows.SubView(LeftOffset<THead>());
        for (var t = 0; t < TTiles.Value; t++)
        {
            for (var k = 0; k < TDepth.Value / 16; k++)
                LoadLeft(fragments.SubView((t * (TDepth.Value / 16) + k) * 4, 4), own.SubView(t * Rows * Stride<THead>()), k * 16);
        }
    }

    /// <summary>Multiplies operands by a power of two, which leaves their digits alone.</summary>
    public static void Scale<TElement>(ArrayView<uint> fragments, int count, float factor)
        where TElement : struct, IFragmentElement
    {
        for (var i = 0; i < count; i++)
            fragments[i] = TElement.Pack(factor * TElement.Low(fragments[i]), factor * TElement.High(fragments[i]));
    }

    /// <summary>products += left·rowsᵀ: columns are summed over, each row in shared memory gives a column of results.</summary>
    /// <param name="products">[TTiles][TStep/8][4].</param>
    /// <param name="left">[TTiles][THead/16][4].</param>
    /// <param name="rows">TStep rows in shared memory, at <see cref="RightOffset"/>.</param>
    public static void MultiplyAlong<TElement, THead, TTiles, TStep>(ArrayView<float> products, ArrayView<uint> left, ArrayView<ushort> rows)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TTiles : struct, IConstant
        where TStep : struct, IConstant => MultiplyAlong<TElement, THead, THead, TTiles, TStep>(products, left, rows);

    /// <summary>As the other form, summing over the first TDepth columns.</summary>
    /// <inheritdoc cref="MultiplyAlong{TElement, THead, TTiles, TStep}"/>
    public static void MultiplyAlong<TElement, THead, TDepth, TTiles, TStep>(
        ArrayView<float> products, ArrayView<uint> left, ArrayView<ushort> rows)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TDepth : struct, IConstant
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
    {
        for (var k = 0; k < TDepth.Value / 16; k++)
        {
            for (var n = 0; n < TStep.Value / 16; n++)
            {
                var right = LocalMemory.Allocate<uint>(4);
                LoadRightAlong(right, rows.SubView(n * 16 * Stride<THead>()), k * 16);
                for (var t = 0; t < TTiles.Value; t++)
                {
                    var a = left.SubView((t * (TDepth.Value / 16) + k) * 4, 4);
                    TElement.MultiplyAdd(products.SubView((t * (TStep.Value / 8) + 2 * n) * 4, 4), a, right.SubView(0, 2));
                    TElement.MultiplyAdd(products.SubView((t * (TStep.Value / 8) + 2 * n + 1) * 4, 4), a, right.SubView(2, 2));
                }
            }
        }
    }

    /// <summary>As <see cref="MultiplyAlong{TElement, THead, TTiles, TStep}"/>, with the left operands in shared memory.</summary>
    /// <param name="products">[TTiles][TStep/8][4].</param>
    /// <param name="left">The rows of the warp's tiles in shared memory, at <see cref="LeftOffset"/>.</param>
    /// <param name="rows">TStep rows in shared memory, at <see cref="RightOffset"/>.</param>
    public static void MultiplySharedAlong<TElement, THead, TTiles, TStep>(ArrayView<float> products, ArrayView<ushort> left, ArrayView<ushort> rows)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
    {
        for (var k = 0; k < THead.Value / 16; k++)
        {
            var a = LocalMemory.Allocate<uint>(TTiles.Value * 4);
            for (var t = 0; t < TTiles.Value; t++)
                LoadLeft(a.SubView(4 * t, 4), left.SubView(t * Rows * Stride<THead>()), k * 16);
            for (var n = 0; n < TStep.Value / 16; n++)
            {
                var right = LocalMemory.Allocate<uint>(4);
                LoadRightAlong(right, rows.SubView(n * 16 * Stride<THead>()), k * 16);
                for (var t = 0; t < TTiles.Value; t++)
                {
                    TElement.MultiplyAdd(products.SubView((t * (TStep.Value / 8) + 2 * n) * 4, 4), a.SubView(4 * t, 4), right.SubView(0, 2));
                    TElement.MultiplyAdd(products.SubView((t * (TStep.Value / 8) + 2 * n + 1) * 4, 4), a.SubView(4 * t, 4), right.SubView(2, 2));
                }
            }
        }
    }

    /// <summary>results += left·rows: the rows in shared memory are summed over.</summary>
    /// <param name="results">[TTiles][THead/8][4].</param>
    /// <param name="left">[TTiles][TStep/16][4].</param>
    /// <param name="rows">TStep rows in shared memory, at <see cref="LeftOffset"/>.</param>
    public static void MultiplyAcross<TElement, THead, TTiles, TStep>(ArrayView<float> results, ArrayView<uint> left, ArrayView<ushort> rows)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TTiles : struct, IConstant
        where TStep : struct, IConstant => MultiplyAcross<TElement, THead, THead, TTiles, TStep>(results, left, rows);

    /// <summary>As the other form, for the first TWidth columns: [TTiles][TWidth/8][4].</summary>
    /// <inheritdoc cref="MultiplyAcross{TElement, THead, TTiles, TStep}"/>
    public static void MultiplyAcross<TElement, THead, TWidth, TTiles, TStep>(
        ArrayView<float> results, ArrayView<uint> left, ArrayView<ushort> rows)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TWidth : struct, IConstant
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
    {
        for (var k = 0; k < TStep.Value / 16; k++)
        {
            for (var n = 0; n < TWidth.Value / 16; n++)
            {
                var right = LocalMemory.Allocate<uint>(4);
                LoadRightAcross(right, rows.SubView(k * 16 * Stride<THead>()), n * 16);
                for (var t = 0; t < TTiles.Value; t++)
                {
                    var a = left.SubView((t * (TStep.Value / 16) + k) * 4, 4);
                    TElement.MultiplyAdd(results.SubView((t * (TWidth.Value / 8) + 2 * n) * 4, 4), a, right.SubView(0, 2));
                    TElement.MultiplyAdd(results.SubView((t * (TWidth.Value / 8) + 2 * n + 1) * 4, 4), a, right.SubView(2, 2));
                }
            }
        }
    }

    /// <summary>Rounds results to 16 bits, as the left operands of a product that sums over their columns.</summary>
    /// <param name="values">[TTiles][TStep/8][4].</param>
    /// <param name="fragments">[TTiles][TStep/16][4].</param>
    public static void PackLeft<TElement, TTiles, TStep>(ArrayView<float> values, ArrayView<uint> fragments)
        where TElement : struct, IFragmentElement
        where TTiles : struct, IConstant
        where TStep : struct, IConstant
    {
        for (var i = 0; i < TTiles.Value * (TStep.Value / 8) * 2; i++)
            fragments[i] = TElement.Pack(values[2 * i], values[2 * i + 1]);
    }

    /// <summary>Writes the results of a warp's tiles to the rows of a matrix that exist, by way of the warp's rows of shared memory.</summary>
    /// <param name="results">[TTiles][THead/8][4].</param>
    /// <param name="factor">Every element is multiplied by it.</param>
    /// <param name="exchange">Shared memory for the warp's rows, which no other warp touches.</param>
    /// <param name="target">The warp's first row in global memory.</param>
    /// <param name="rowStride">Elements from one row to the next there.</param>
    /// <param name="rows">How many rows there are from the warp's first on; none if negative.</param>
    public static void StoreRows<TElement, THead, TTiles>(
        ArrayView<float> results,
        float factor,
        ArrayView<ushort> exchange,
        ArrayView<ushort> target,
        int rowStride,
        int rows)
        where TElement : struct, IFragmentElement
        where THead : struct, IConstant
        where TTiles : struct, IConstant
    {
        var words = exchange.Cast<uint>();
        var start = Warp.LaneIdx / 4 * (Stride<THead>() / 2) + Warp.LaneIdx % 4;
        for (var t = 0; t < TTiles.Value; t++)
        {
            for (var n = 0; n < THead.Value / 8; n++)
            {
                for (var h = 0; h < 2; h++)
                {
                    var first = (t * (THead.Value / 8) + n) * 4 + 2 * h;
                    words[start + (t * Rows + 8 * h) * (Stride<THead>() / 2) + 4 * n] =
                        TElement.Pack(factor * results[first], factor * results[first + 1]);
                }
            }
        }

        Warp.Barrier();
        var pieces = THead.Value / PieceElements;
        for (var i = 0; i < TTiles.Value * Rows * pieces / 32; i++)
        {
            var index = Warp.LaneIdx + i * 32;
            var row = index / pieces;
            var column = index % pieces * PieceElements;
            if (row < rows)
                target.SubView(row * rowStride + column).Cast<Words4>()[0] = exchange.SubView(row * Stride<THead>() + column).Cast<Words4>()[0];
        }
    }

    public static void Clear(ArrayView<float> values, int count)
    {
        for (var i = 0; i < count; i++)
            values[i] = 0;
    }
}
