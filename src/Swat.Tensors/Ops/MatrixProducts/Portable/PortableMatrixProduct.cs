using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.MatrixProducts.Portable;

/// <summary>
/// The matrix product for every device, in any storage type, from shared memory and registers alone: C[i, j] = Σ_k A'[i, k]·B'[k, j], where
/// A' is A or Aᵀ.
/// <para>
/// A group of 256 work items computes a tile of C, 128 x 128 in steps of 8 along k or, where there would be few of those and on processors,
/// 64 x 64 in steps of 16. In a step each work item brings four elements of A' and four of B' into shared memory, both as [k][row or
/// column], while those of the step before are multiplied: one half of the memory is read, the other written. A work item holds 8 x 8 sums
/// (4 x 4), in blocks of 4 x 4 that lie 64 rows and columns apart: for each k it reads two vectors of four numbers of either side (one), of
/// which neighbouring work items share those of A' and read neighbouring ones of B', for 64 multiplications and additions (16).
/// </para>
/// <para>
/// Elements come by fours where rows of the matrices are multiples of four; at edges, and where they are not, one by one. Sums that are
/// long and so few that their tiles leave multiprocessors idle are cut along k and added up by <see cref="PortablePartialSums"/>. A batch's
/// products lie side by side in the grid's rows. m·n·k multiplications and additions; m·k·⌈n/128⌉ + k·n·⌈m/128⌉ elements read, m·n written.
/// On an H200 44 to 48 TFLOP/s in float32 through CUDA and through OpenCL, 0.82 to 0.94 of cuBLAS: 512 of the 601 instructions of a step are
/// multiplications and additions.
/// </para>
/// </summary>
internal static class PortableMatrixProduct
{
    private const int Side = 16;
    private const int GroupSize = Side * Side;

    /// <summary>Elements that move at once.</summary>
    private const int Vector = 4;

    /// <summary>Rows, and columns, of the tile of which each work item holds <see cref="Vector"/>.</summary>
    private const int Block = Side * Vector;

    private const int LargeTile = 2 * Block;
    private const int SmallTile = Block;

    /// <summary>
    /// A row of a tile in shared memory takes this much more, so that elements one below the other lie in different banks.
    /// </summary>
    private const int Padding = Vector;

    /// <inheritdoc cref="MatrixProduct.Launch"/>
    public static void Launch(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor c, MatMulShape shape, Tensor? bias = null)
    {
        if (ProcessorMatrixProduct.Suits(c, shape))
        {
            if (!transposeB)
            {
                ProcessorMatrixProduct.Launch(a, transposeA, b, c, shape, bias);
                return;
            }

            var matrices = shape.StrideB == 0 ? 1 : shape.Batch;
            using var transposed = Tensor.Empty(b.Device, [matrices, shape.K, shape.N], b.DType);
            StridedCopy.Gather("matmul", b, 0, [shape.StrideB, 1, shape.K], transposed);
            var stride = matrices == 1 ? 0 : (long)shape.K * shape.N;
            ProcessorMatrixProduct.Launch(a, transposeA, transposed, c, shape with { StrideB = stride }, bias);
            return;
        }

        // Where both factors lie k by k, a part of the sums is a product of its own.
        var multiprocessors = c.Device.Info.Multiprocessors;
        int PartsOf(int tile) => transposeA && !transposeB ? PortablePartialSums.Parts(shape, tile, multiprocessors) : 1;
        var parts = PartsOf(LargeTile);
        var hasLargeTiles = !c.Device.IsProcessor && TilesOf(shape, LargeTile) * parts >= multiprocessors;
        if (!hasLargeTiles)
            parts = PartsOf(SmallTile);
        if (parts == 1)
        {
            LaunchTiles(hasLargeTiles, a, transposeA, b, transposeB, c, shape, bias);
            return;
        }

        using var partial = Tensor.Empty(c.Device, [parts, shape.M, shape.N], DType.Float32);
        var part = new MatMulShape(shape.M, shape.N, shape.K / parts).Batched(parts);
        LaunchTiles(hasLargeTiles, a, transposeA, b, transposeB, partial, part, null);
        PortablePartialSums.Launch(partial, parts, c, shape, bias);
    }

    /// <summary>The product by tiles of 128 x 128, or of 64 x 64.</summary>
    internal static void LaunchTiles(
        bool areLarge, Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor c, MatMulShape shape, Tensor? bias)
    {
        if (areLarge)
            Launch<C8>(a, transposeA, b, transposeB, c, shape, bias);
        else
            Launch<C4>(a, transposeA, b, transposeB, c, shape, bias);
    }

    private static void Launch<TPerItem>(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor c, MatMulShape shape, Tensor? bias)
        where TPerItem : struct, IConstant =>
        ElementTypes.SelectWithFloat32(
            "matmul",
            a.DType,
            c.DType,
            Launch<F32, F32, TPerItem>,
            Launch<BF16, BF16, TPerItem>,
            Launch<F16, F16, TPerItem>,
            Launch<BF16, F32, TPerItem>,
            Launch<F16, F32, TPerItem>)(a, transposeA, b, transposeB, c, shape, bias);

    /// <typeparam name="T">Elements of the factors.</typeparam>
    /// <typeparam name="TResult">Elements of the result.</typeparam>
    /// <typeparam name="TPerItem">Rows, and columns, of the sums that a work item holds.</typeparam>
    private static void Launch<T, TResult, TPerItem>(
        Tensor a,
        bool transposeA,
        Tensor b,
        bool transposeB,
        Tensor c,
        MatMulShape shape,
        Tensor? bias)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
        where TPerItem : struct, IConstant
    {
        var tile = Side * TPerItem.Value;
        var config = new KernelConfig(
            new Index3D(checked((shape.M + tile - 1) / tile * shape.Batch), (shape.N + tile - 1) / tile, 1),
            new Index3D(GroupSize, 1, 1));
        Action<ArrayView<T>, ArrayView<T>, ArrayView<float>, ArrayView<TResult>, MatMulShape, VectorAccess> kernel = (transposeA, transposeB) switch
        {
            (false, false) => Kernel<T, TResult, TPerItem, No, No>,
            (false, true) => Kernel<T, TResult, TPerItem, No, Yes>,
            (true, false) => Kernel<T, TResult, TPerItem, Yes, No>,
            (true, true) => Kernel<T, TResult, TPerItem, Yes, Yes>,
        };
        var vectors = new VectorAccess(
            IsByVectors(a, transposeA ? shape.M : shape.K, shape.StrideA),
            IsByVectors(b, transposeB ? shape.K : shape.N, shape.StrideB),
            IsByVectors(c, shape.N, shape.StrideC));
        c.Device.Launch(kernel, config, a.View<T>(), b.View<T>(), bias.ViewOrEmpty<float>(), c.View<TResult>(), shape, vectors);
    }

    /// <summary>Tiles of all products of the batch.</summary>
    internal static long TilesOf(MatMulShape shape, int tile) => (long)((shape.M + tile - 1) / tile) * ((shape.N + tile - 1) / tile) * shape.Batch;

    private static int IsByVectors(Tensor matrix, int rowLength, long stride) =>
        matrix.IsAligned && rowLength % Vector == 0 && stride % Vector == 0 ? 1 : 0;

    [LaunchBounds(GroupSize, MinGroupsPerMultiprocessor = 2)]
    private static void Kernel<T, TResult, TPerItem, TTransposeA, TTransposeB>(
        ArrayView<T> a,
        ArrayView<T> b,
        ArrayView<float> bias,
        ArrayView<TResult> c,
        MatMulShape shape,
        VectorAccess vectors)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
        where TPerItem : struct, IConstant
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
    {
        var tile = Side * TPerItem.Value;
        var depth = GroupSize * Vector / (Side * TPerItem.Value);
        var stage = depth * (tile + Padding);
        var aTiles = SharedMemory.Allocate<float>(2 * (GroupSize * Vector / (Side * TPerItem.Value)) * (Side * TPerItem.Value + Padding));
        var bTiles = SharedMemory.Allocate<float>(2 * (GroupSize * Vector / (Side * TPerItem.Value)) * (Side * TPerItem.Value + Padding));
        var sums = LocalMemory.Allocate<float>(TPerItem.Value * TPerItem.Value);
        for (var i = 0; i < TPerItem.Value * TPerItem.Value; i++)
            sums[i] = 0;

        var tileRows = (shape.M + tile - 1) / tile;
        var batch = Grid.IdxX / tileRows;
        a = a.SubView(batch * shape.StrideA);
        b = b.SubView(batch * shape.StrideB);
        c = c.SubView(batch * shape.StrideC);
        var firstRow = (Grid.IdxX - batch * tileRows) * tile;
        var firstColumn = Grid.IdxY * tile;
        var isInner = firstRow + tile <= shape.M && firstColumn + tile <= shape.N;

        // Whole steps, by vectors. The loop has no branches, so that the compilers can have the vectors under way through all of it; what it
        // reads ahead in the last step is not used.
        var steps = isInner && vectors.Left != 0 && vectors.Right != 0 ? shape.K / depth : 0;
        if (steps > 0)
        {
            var sourceA = a.SubView(PlaceOf<TPerItem, TTransposeA>(firstRow, shape.M, shape.K));
            var sourceB = b.SubView(
                TTransposeB.Value
                    ? PlaceOf<TPerItem, No>(firstColumn, shape.N, shape.K)
                    : PlaceOf<TPerItem, Yes>(firstColumn, shape.N, shape.K));
            var strideA = TTransposeA.Value ? (long)depth * shape.M : depth;
            var strideB = TTransposeB.Value ? depth : (long)depth * shape.N;
            KeepBoth<T, TPerItem, TTransposeA, TTransposeB>(Read(sourceA), Read(sourceB), aTiles, bTiles);
            Group.Barrier();
            var current = 0;
            for (var step = 0; step < steps; step++)
            {
                sourceA = sourceA.SubView(step + 1 < steps ? strideA : 0);
                sourceB = sourceB.SubView(step + 1 < steps ? strideB : 0);
                var (nextA, nextB) = (Read(sourceA), Read(sourceB));
                Multiply<TPerItem>(sums, aTiles.SubView(current), bTiles.SubView(current), depth);
                current = stage - current;
                KeepBoth<T, TPerItem, TTransposeA, TTransposeB>(nextA, nextB, aTiles.SubView(current), bTiles.SubView(current));
                Group.Barrier();
            }
        }

        for (var start = steps * depth; start < shape.K; start += depth)
        {
            var nextA = ReadGuarded<T, TPerItem, TTransposeA>(a, firstRow, start, shape.M, shape.K);
            var nextB = TTransposeB.Value
                ? ReadGuarded<T, TPerItem, No>(b, firstColumn, start, shape.N, shape.K)
                : ReadGuarded<T, TPerItem, Yes>(b, firstColumn, start, shape.N, shape.K);
            KeepBoth<T, TPerItem, TTransposeA, TTransposeB>(nextA, nextB, aTiles, bTiles);
            Group.Barrier();
            Multiply<TPerItem>(sums, aTiles, bTiles, XMath.Min(depth, shape.K - start));
            Group.Barrier();
        }

        Store<TResult, TPerItem>(sums, bias, c, shape, isInner && vectors.Result != 0, firstRow, firstColumn);
    }

    /// <summary>Adds a step's products to the sums.</summary>
    private static void Multiply<TPerItem>(ArrayView<float> sums, ArrayView<float> aTile, ArrayView<float> bTile, int depth)
        where TPerItem : struct, IConstant
    {
        var left = LocalMemory.Allocate<float>(TPerItem.Value);
        var right = LocalMemory.Allocate<float>(TPerItem.Value);
        for (var k = 0; k < depth; k++)
        {
            var line = k * (Side * TPerItem.Value + Padding);
            ReadBlocks<TPerItem>(left, aTile.SubView(line + Vector * (Group.IdxX / Side)));
            ReadBlocks<TPerItem>(right, bTile.SubView(line + Vector * (Group.IdxX % Side)));
            for (var i = 0; i < TPerItem.Value; i++)
            {
                for (var j = 0; j < TPerItem.Value; j++)
                    sums[i * TPerItem.Value + j] += left[i] * right[j];
            }
        }
    }

    /// <summary>Reads the work item's rows of A' or columns of B' at a k.</summary>
    private static void ReadBlocks<TPerItem>(ArrayView<float> values, ArrayView<float> line)
        where TPerItem : struct, IConstant
    {
        for (var v = 0; v < TPerItem.Value / Vector; v++)
            Packed.Unpack(line.SubView(v * Block, Vector).Cast<Pack4<F32>>()[0], values.SubView(Vector * v));
    }

    /// <summary>
    /// The first row of A' or column of B' in the tile that the work item brings: where rows of the factor lie across k, four side by
    /// side; else it is one, with four along k.
    /// </summary>
    private static int LineOf<TPerItem, TAcross>()
        where TPerItem : struct, IConstant
        where TAcross : struct, IFlag =>
        TAcross.Value ? Group.IdxX % (Side * TPerItem.Value / Vector) * Vector : Group.IdxX / (GroupSize / (Side * TPerItem.Value));

    /// <summary>The first k in the step that the work item brings.</summary>
    private static int KOf<TPerItem, TAcross>()
        where TPerItem : struct, IConstant
        where TAcross : struct, IFlag =>
        TAcross.Value ? Group.IdxX / (Side * TPerItem.Value / Vector) : Group.IdxX % (GroupSize / (Side * TPerItem.Value)) * Vector;

    /// <summary>Where in a factor the work item's four elements of the first step lie.</summary>
    private static long PlaceOf<TPerItem, TAcross>(int first, int extent, int depth)
        where TPerItem : struct, IConstant
        where TAcross : struct, IFlag
    {
        var (line, k) = (first + LineOf<TPerItem, TAcross>(), KOf<TPerItem, TAcross>());
        return TAcross.Value ? (long)k * extent + line : (long)line * depth + k;
    }

    private static Pack4<T> Read<T>(ArrayView<T> source)
        where T : unmanaged => source.SubView(0, Vector).Cast<Pack4<T>>()[0];

    /// <summary>Reads the work item's elements of a step one by one, zeros where the factor has none.</summary>
    /// <typeparam name="T">Elements of the factor.</typeparam>
    /// <typeparam name="TPerItem">See <see cref="Launch{T, TResult, TPerItem}"/>.</typeparam>
    /// <typeparam name="TAcross">See <see cref="LineOf"/>.</typeparam>
    /// <param name="factor">[extent, depth], or [depth, extent] where its rows lie across.</param>
    /// <param name="first">First row of A' or column of B' of the tile.</param>
    /// <param name="start">First k of the step.</param>
    /// <param name="extent">m or n.</param>
    /// <param name="depth">k.</param>
    private static Pack4<T> ReadGuarded<T, TPerItem, TAcross>(ArrayView<T> factor, int first, int start, int extent, int depth)
        where T : unmanaged, IElement<T>
        where TPerItem : struct, IConstant
        where TAcross : struct, IFlag
    {
        var (line, k) = (first + LineOf<TPerItem, TAcross>(), start + KOf<TPerItem, TAcross>());
        var place = PlaceOf<TPerItem, TAcross>(first, extent, depth) + (TAcross.Value ? (long)start * extent : start);
        var (position, end) = TAcross.Value ? (line, k < depth ? extent : 0) : (k, line < extent ? depth : 0);
        Pack4<T> four;
        four.First = ReadOrZero(factor, place, position < end);
        four.Second = ReadOrZero(factor, place + 1, position + 1 < end);
        four.Third = ReadOrZero(factor, place + 2, position + 2 < end);
        four.Fourth = ReadOrZero(factor, place + 3, position + 3 < end);
        return four;
    }

    private static T ReadOrZero<T>(ArrayView<T> source, long place, bool isInside)
        where T : unmanaged, IElement<T> => isInside ? source[place] : T.FromFloat(0);

    /// <summary>Stores what was read as [k][row of A'] and [k][column of B'].</summary>
    private static void KeepBoth<T, TPerItem, TTransposeA, TTransposeB>(Pack4<T> a, Pack4<T> b, ArrayView<float> aTile, ArrayView<float> bTile)
        where T : unmanaged, IElement<T>
        where TPerItem : struct, IConstant
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
    {
        Keep<T, TPerItem, TTransposeA>(a, aTile);
        if (TTransposeB.Value)
            Keep<T, TPerItem, No>(b, bTile);
        else
            Keep<T, TPerItem, Yes>(b, bTile);
    }

    private static void Keep<T, TPerItem, TAcross>(Pack4<T> elements, ArrayView<float> tile)
        where T : unmanaged, IElement<T>
        where TPerItem : struct, IConstant
        where TAcross : struct, IFlag
    {
        var stride = Side * TPerItem.Value + Padding;
        var target = tile.SubView(KOf<TPerItem, TAcross>() * stride + LineOf<TPerItem, TAcross>());
        var values = LocalMemory.Allocate<float>(Vector);
        Packed.Unpack(elements, values);
        if (TAcross.Value)
        {
            target.SubView(0, Vector).Cast<Pack4<F32>>()[0] = Packed.PackFour<F32>(values);
        }
        else
        {
            for (var i = 0; i < Vector; i++)
                target[i * stride] = values[i];
        }
    }

    private static void Store<TResult, TPerItem>(
        ArrayView<float> sums,
        ArrayView<float> bias,
        ArrayView<TResult> c,
        MatMulShape shape,
        bool isByVectors,
        int firstRow,
        int firstColumn)
        where TResult : unmanaged, IElement<TResult>
        where TPerItem : struct, IConstant
    {
        var (row, column) = (firstRow + Group.IdxX / Side * Vector, firstColumn + Group.IdxX % Side * Vector);
        if (isByVectors)
        {
            for (var i = 0; i < TPerItem.Value; i++)
            {
                for (var v = 0; v < TPerItem.Value / Vector; v++)
                {
                    var place = (long)(row + i / Vector * Block + i % Vector) * shape.N + column + v * Block;
                    var target = c.SubView(place, Vector).Cast<Pack4<TResult>>();
                    var values = sums.SubView(i * TPerItem.Value + Vector * v, Vector);
                    AddBias(values, bias, column + v * Block, shape);
                    if (shape.Accumulate != 0)
                        Add(values, target[0]);
                    target[0] = Packed.PackFour<TResult>(values);
                }
            }
        }
        else
        {
            for (var i = 0; i < TPerItem.Value; i++)
            {
                var ownRow = row + i / Vector * Block + i % Vector;
                for (var j = 0; j < TPerItem.Value; j++)
                {
                    var ownColumn = column + j / Vector * Block + j % Vector;
                    if (ownRow < shape.M & ownColumn < shape.N)
                    {
                        var value = sums[i * TPerItem.Value + j];
                        if (shape.HasBias != 0)
                            value += bias[ownColumn];
                        var place = (long)ownRow * shape.N + ownColumn;
                        if (shape.Accumulate != 0)
                            value += TResult.ToFloat(c[place]);
                        c[place] = TResult.FromFloat(value);
                    }
                }
            }
        }
    }

    private static void AddBias(ArrayView<float> values, ArrayView<float> bias, int column, MatMulShape shape)
    {
        if (shape.HasBias != 0)
        {
            for (var j = 0; j < Vector; j++)
                values[j] += bias[column + j];
        }
    }

    private static void Add<TResult>(ArrayView<float> values, Pack4<TResult> four)
        where TResult : unmanaged, IElement<TResult>
    {
        values[0] += TResult.ToFloat(four.First);
        values[1] += TResult.ToFloat(four.Second);
        values[2] += TResult.ToFloat(four.Third);
        values[3] += TResult.ToFloat(four.Fourth);
    }
}
