using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.MatrixProducts.Portable;

/// <summary>
/// The matrix product for processors, whose caches do what shared memory does elsewhere: C[i, j] = Σ_k A'[i, k]·B[k, j] with both factors
/// read where they lie.
/// <para>
/// A row of 16 work items, one vector of the widest registers, computes four rows of C and up to four vectors of columns: of every row of
/// B it reads each vector once and of A' four numbers, for 16 multiplications and additions of vectors. The rows of work items of a group
/// take the same columns of B, one after the other; the barrier after every 256 steps along k makes them stay together, so that these
/// columns come from the nearest caches.
/// </para>
/// <para>The last tile of columns is moved back until it ends with the matrix, and then writes only the columns that no other tile has.</para>
/// </summary>
internal static class ProcessorMatrixProduct
{
    /// <summary>Work items side by side.</summary>
    private const int Lanes = 16;

    /// <summary>Rows of C for a row of work items.</summary>
    private const int Rows = 4;

    /// <summary>Steps along k between barriers: 256 rows of B, 64 columns wide, are 64 KiB.</summary>
    private const int Depth = 256;

    /// <summary>Rows of work items in a group, at most and at least.</summary>
    private const int MostTeams = 16;

    private const int FewestTeams = 4;

    /// <summary>Groups for each core, so that all are busy until shortly before the end.</summary>
    private const int GroupsPerCore = 4;

    public static bool Suits(Tensor c, MatMulShape shape) => c.Device.Kind == DeviceKind.Cpu && shape.N >= Lanes;

    /// <summary>c = a'·b + bias, or c += a'·b.</summary>
    public static void Launch(Tensor a, bool transposeA, Tensor b, Tensor c, MatMulShape shape, Tensor? bias) =>
        ElementTypes.SelectWithFloat32(
            "matmul",
            a.DType,
            c.DType,
            Launch<F32, F32>,
            Launch<BF16, BF16>,
            Launch<F16, F16>,
            Launch<BF16, F32>,
            Launch<F16, F32>)(a, transposeA, b, c, shape, bias);

    private static void Launch<T, TResult>(Tensor a, bool transposeA, Tensor b, Tensor c, MatMulShape shape, Tensor? bias)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
    {
        switch (shape.N)
        {
            case >= 4 * Lanes:
                Launch<T, TResult, C4>(a, transposeA, b, c, shape, bias);
                break;
            case >= 2 * Lanes:
                Launch<T, TResult, C2>(a, transposeA, b, c, shape, bias);
                break;
            default:
                Launch<T, TResult, C1>(a, transposeA, b, c, shape, bias);
                break;
        }
    }

    private static void Launch<T, TResult, TVectors>(Tensor a, bool transposeA, Tensor b, Tensor c, MatMulShape shape, Tensor? bias)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
        where TVectors : struct, IConstant
    {
        var tileColumns = (shape.N + TVectors.Value * Lanes - 1) / (TVectors.Value * Lanes);
        var teams = MostTeams;
        while (teams > FewestTeams && (long)Tiles(teams) * shape.Batch * tileColumns < GroupsPerCore * c.Device.Accelerator.NumMultiprocessors)
            teams /= 2;
        Action<ArrayView<T>, ArrayView<T>, ArrayView<float>, ArrayView<TResult>, MatMulShape> kernel =
            transposeA ? Kernel<T, TResult, Yes, TVectors> : Kernel<T, TResult, No, TVectors>;
        c.Device.Launch(
            kernel,
            new KernelConfig(new Index3D(tileColumns, checked(Tiles(teams) * shape.Batch), 1), new Index3D(Lanes, teams, 1)),
            a.View<T>(),
            b.View<T>(),
            bias.ViewOrEmpty<float>(),
            c.View<TResult>(),
            shape);

        int Tiles(int rowsOfWorkItems) => (shape.M + rowsOfWorkItems * Rows - 1) / (rowsOfWorkItems * Rows);
    }

    /// <param name="a">[m, k], or [k, m] where it is transposed.</param>
    /// <param name="b">[k, n].</param>
    /// <param name="bias">[n], where the shape says so.</param>
    /// <param name="c">[m, n].</param>
    /// <param name="shape">The extents.</param>
    private static void Kernel<T, TResult, TTransposeA, TVectors>(
        ArrayView<T> a,
        ArrayView<T> b,
        ArrayView<float> bias,
        ArrayView<TResult> c,
        MatMulShape shape)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
        where TTransposeA : struct, IFlag
        where TVectors : struct, IConstant
    {
        var sums = LocalMemory.Allocate<float>(Rows * TVectors.Value);
        var left = LocalMemory.Allocate<float>(Rows);
        var steps = LocalMemory.Allocate<int>(Rows);
        var tiles = (shape.M + Group.DimY * Rows - 1) / (Group.DimY * Rows);
        var batch = Grid.IdxY / tiles;
        var firstRow = ((Grid.IdxY - batch * tiles) * Group.DimY + Group.IdxY) * Rows;
        var ownColumn = Grid.IdxX * (TVectors.Value * Lanes);
        var firstColumn = XMath.Min(ownColumn, shape.N - TVectors.Value * Lanes);
        // Behind the last row of A' its last one is read again.
        var startRow = XMath.Min(firstRow, shape.M - 1);
        for (var i = 0; i < Rows; i++)
            steps[i] = (XMath.Min(startRow + i, shape.M - 1) - startRow) * (TTransposeA.Value ? 1 : shape.K);
        for (var i = 0; i < Rows * TVectors.Value; i++)
            sums[i] = 0;

        a = a.SubView(batch * shape.StrideA + (TTransposeA.Value ? startRow : (long)startRow * shape.K));
        b = b.SubView(batch * shape.StrideB + firstColumn);
        for (var start = 0; start < shape.K; start += Depth)
        {
            if (firstRow < shape.M)
            {
                var depth = XMath.Min(Depth, shape.K - start);
                var partOfA = a.SubView(TTransposeA.Value ? (long)start * shape.M : start);
                var partOfB = b.SubView((long)start * shape.N);
                for (var k = 0; k < depth; k++)
                {
                    for (var i = 0; i < Rows; i++)
                        left[i] = T.ToFloat(partOfA[(TTransposeA.Value ? k * shape.M : k) + steps[i]]);
                    for (var j = 0; j < TVectors.Value; j++)
                    {
                        var right = T.ToFloat(partOfB[k * shape.N + Group.IdxX + j * Lanes]);
                        for (var i = 0; i < Rows; i++)
                            sums[i * TVectors.Value + j] += left[i] * right;
                    }
                }
            }

            Group.Barrier();
        }

        c = c.SubView(batch * shape.StrideC);
        if (ownColumn == firstColumn && firstRow + Rows <= shape.M)
            Store<TResult, TVectors, No>(sums, bias, c, shape, firstRow, firstColumn, ownColumn);
        else
            Store<TResult, TVectors, Yes>(sums, bias, c, shape, firstRow, firstColumn, ownColumn);
    }

    private static void Store<TResult, TVectors, TGuarded>(
        ArrayView<float> sums,
        ArrayView<float> bias,
        ArrayView<TResult> c,
        MatMulShape shape,
        int firstRow,
        int firstColumn,
        int ownColumn)
        where TResult : unmanaged, IElement<TResult>
        where TVectors : struct, IConstant
        where TGuarded : struct, IFlag
    {
        for (var i = 0; i < Rows; i++)
        {
            if (!TGuarded.Value || firstRow + i < shape.M)
            {
                var target = c.SubView((long)(firstRow + i) * shape.N);
                for (var j = 0; j < TVectors.Value; j++)
                {
                    var column = firstColumn + Group.IdxX + j * Lanes;
                    if (!TGuarded.Value || column >= ownColumn)
                    {
                        var value = sums[i * TVectors.Value + j];
                        if (shape.HasBias != 0)
                            value += bias[column];
                        if (shape.Accumulate != 0)
                            value += TResult.ToFloat(target[column]);
                        target[column] = TResult.FromFloat(value);
                    }
                }
            }
        }
    }
}
