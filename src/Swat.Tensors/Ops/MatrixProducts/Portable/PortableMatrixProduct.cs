using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.Portable;

/// <summary>
/// The matrix product for every device, in any storage type, from shared memory and registers alone: C[i, j] = Σ_k A'[i, k]·B'[k, j], where
/// A' is A or Aᵀ.
/// <para>
/// A group of 16 x 16 work items computes a 64 x 64 tile of C, in steps of 32 along k. A step brings a 64 x 32 tile of A' and a 32 x 64
/// tile of B' into shared memory (17 KiB) and multiplies them: a work item holds the 4 x 4 results of rows y, y + 16, … and columns
/// x, x + 16, …, so that neighbouring work items read neighbouring columns of B' and all share one element of A'. Each element brought in
/// is used 64 times. A batch's products lie side by side in the grid's rows. m·n·k multiplications and additions; m·k·⌈n/64⌉ + k·n·⌈m/64⌉ elements read, m·n written.
/// </para>
/// </summary>
internal static class PortableMatrixProduct
{
    private const int Tile = 64;
    private const int Depth = 32;
    private const int Side = 16;
    private const int PerItem = Tile / Side;

    /// <summary>
    /// A row of a tile in shared memory whose rows are read side by side takes one element more, so that they lie in different banks.
    /// </summary>
    private const int Padding = 1;

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

        ElementTypes.SelectWithFloat32(
            "matmul",
            a.DType,
            c.DType,
            Launch<F32, F32>,
            Launch<BF16, BF16>,
            Launch<F16, F16>,
            Launch<BF16, F32>,
            Launch<F16, F32>)(a, transposeA, b, transposeB, c, shape, bias);
    }

    private static void Launch<T, TResult>(
        Tensor a,
        bool transposeA,
        Tensor b,
        bool transposeB,
        Tensor c,
        MatMulShape shape,
        Tensor? bias)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
    {
        var tileRows = (shape.M + Tile - 1) / Tile;
        var config = new KernelConfig(
            new Index3D(checked(tileRows * shape.Batch), (shape.N + Tile - 1) / Tile, 1),
            new Index3D(Side, Side, 1));
        var biasView = bias.ViewOrEmpty<float>();
        Action<ArrayView<T>, ArrayView<T>, ArrayView<float>, ArrayView<TResult>, MatMulShape> kernel = (transposeA, transposeB) switch
        {
            (false, false) => Kernel<T, TResult, No, No>,
            (false, true) => Kernel<T, TResult, No, Yes>,
            (true, false) => Kernel<T, TResult, Yes, No>,
            (true, true) => Kernel<T, TResult, Yes, Yes>,
        };
        c.Device.Launch(kernel, config, a.View<T>(), b.View<T>(), biasView, c.View<TResult>(), shape);
    }

    private static void Kernel<T, TResult, TTransposeA, TTransposeB>(
        ArrayView<T> a,
        ArrayView<T> b,
        ArrayView<float> bias,
        ArrayView<TResult> c,
        MatMulShape shape)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
    {
        var aTile = SharedMemory.Allocate<float>(Tile * (Depth + Padding));
        var bTile = SharedMemory.Allocate<float>(Depth * (Tile + Padding));
        var sums = LocalMemory.Allocate<float>(PerItem * PerItem);
        var left = LocalMemory.Allocate<float>(PerItem);
        var right = LocalMemory.Allocate<float>(PerItem);
        for (var i = 0; i < PerItem * PerItem; i++)
            sums[i] = 0;

        var tileRows = (shape.M + Tile - 1) / Tile;
        var batch = Grid.IdxX / tileRows;
        a = a.SubView(batch * shape.StrideA);
        b = b.SubView(batch * shape.StrideB);
        c = c.SubView(batch * shape.StrideC);
        var firstRow = (Grid.IdxX - batch * tileRows) * Tile;
        var firstColumn = Grid.IdxY * Tile;
        var isInner = firstRow + Tile <= shape.M && firstColumn + Tile <= shape.N;
        for (var start = 0; start < shape.K; start += Depth)
        {
            if (isInner && start + Depth <= shape.K)
            {
                LoadA<T, TTransposeA, No>(a, aTile, shape, firstRow, start);
                LoadB<T, TTransposeB, No>(b, bTile, shape, firstColumn, start);
            }
            else
            {
                LoadA<T, TTransposeA, Yes>(a, aTile, shape, firstRow, start);
                LoadB<T, TTransposeB, Yes>(b, bTile, shape, firstColumn, start);
            }

            Group.Barrier();
            for (var k = 0; k < Depth; k++)
            {
                for (var i = 0; i < PerItem; i++)
                {
                    var row = Group.IdxY + i * Side;
                    left[i] = TTransposeA.Value ? aTile[k * Tile + row] : aTile[row * (Depth + Padding) + k];
                }

                for (var j = 0; j < PerItem; j++)
                    right[j] = bTile[k * (Tile + Padding) + Group.IdxX + j * Side];
                for (var i = 0; i < PerItem; i++)
                {
                    for (var j = 0; j < PerItem; j++)
                        sums[i * PerItem + j] += left[i] * right[j];
                }
            }

            Group.Barrier();
        }

        if (isInner)
            Store<TResult, No>(sums, bias, c, shape, firstRow, firstColumn);
        else
            Store<TResult, Yes>(sums, bias, c, shape, firstRow, firstColumn);
    }

    /// <summary>Brings A' into [row][k] of shared memory, or [k][row] where A is transposed: the order in which it lies in A.</summary>
    private static void LoadA<T, TTransposed, TGuarded>(ArrayView<T> a, ArrayView<float> tile, MatMulShape shape, int firstRow, int start)
        where T : unmanaged, IElement<T>
        where TTransposed : struct, IFlag
        where TGuarded : struct, IFlag
    {
        if (TTransposed.Value)
        {
            var source = a.SubView((long)start * shape.M + firstRow);
            for (var i = 0; i < Depth / Side; i++)
            {
                var k = Group.IdxY + i * Side;
                for (var j = 0; j < PerItem; j++)
                {
                    var row = Group.IdxX + j * Side;
                    var value = 0f;
                    if (!TGuarded.Value || (start + k < shape.K & firstRow + row < shape.M))
                        value = T.ToFloat(source[k * shape.M + row]);
                    tile[k * Tile + row] = value;
                }
            }
        }
        else
        {
            var source = a.SubView((long)firstRow * shape.K + start);
            for (var i = 0; i < PerItem; i++)
            {
                var row = Group.IdxY + i * Side;
                for (var j = 0; j < Depth / Side; j++)
                {
                    var k = Group.IdxX + j * Side;
                    var value = 0f;
                    if (!TGuarded.Value || (start + k < shape.K & firstRow + row < shape.M))
                        value = T.ToFloat(source[row * shape.K + k]);
                    tile[row * (Depth + Padding) + k] = value;
                }
            }
        }
    }

    /// <summary>Brings B' into [k][column] of shared memory.</summary>
    private static void LoadB<T, TTransposed, TGuarded>(ArrayView<T> b, ArrayView<float> tile, MatMulShape shape, int firstColumn, int start)
        where T : unmanaged, IElement<T>
        where TTransposed : struct, IFlag
        where TGuarded : struct, IFlag
    {
        if (TTransposed.Value)
        {
            var source = b.SubView((long)firstColumn * shape.K + start);
            for (var i = 0; i < PerItem; i++)
            {
                var column = Group.IdxY + i * Side;
                for (var j = 0; j < Depth / Side; j++)
                {
                    var k = Group.IdxX + j * Side;
                    var value = 0f;
                    if (!TGuarded.Value || (start + k < shape.K & firstColumn + column < shape.N))
                        value = T.ToFloat(source[column * shape.K + k]);
                    tile[k * (Tile + Padding) + column] = value;
                }
            }
        }
        else
        {
            var source = b.SubView((long)start * shape.N + firstColumn);
            for (var i = 0; i < Depth / Side; i++)
            {
                var k = Group.IdxY + i * Side;
                for (var j = 0; j < PerItem; j++)
                {
                    var column = Group.IdxX + j * Side;
                    var value = 0f;
                    if (!TGuarded.Value || (start + k < shape.K & firstColumn + column < shape.N))
                        value = T.ToFloat(source[k * shape.N + column]);
                    tile[k * (Tile + Padding) + column] = value;
                }
            }
        }
    }

    private static void Store<TResult, TGuarded>(
        ArrayView<float> sums,
        ArrayView<float> bias,
        ArrayView<TResult> c,
        MatMulShape shape,
        int firstRow,
        int firstColumn)
        where TResult : unmanaged, IElement<TResult>
        where TGuarded : struct, IFlag
    {
        var target = c.SubView((long)firstRow * shape.N + firstColumn);
        for (var i = 0; i < PerItem; i++)
        {
            var row = Group.IdxY + i * Side;
            for (var j = 0; j < PerItem; j++)
            {
                var column = Group.IdxX + j * Side;
                if (!TGuarded.Value || (firstRow + row < shape.M & firstColumn + column < shape.N))
                {
                    var value = sums[i * PerItem + j];
                    if (shape.HasBias != 0)
                        value += bias[firstColumn + column];
                    var index = row * shape.N + column;
                    if (shape.Accumulate != 0)
                        value += TResult.ToFloat(target[index]);
                    target[index] = TResult.FromFloat(value);
                }
            }
        }
    }
}
