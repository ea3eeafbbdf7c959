using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops.MatrixProducts.Portable;

/// <summary>
/// c = a·bᵀ + bias with few rows of a, as generation multiplies: bound by reading b, which a graphics processor then reads once for up to
/// eight rows.
/// <para>
/// A warp computes one column of c for up to eight rows: its lanes go along the rows of b and a, eight elements at a time, and add up their
/// sums at the end, in a fixed order.
/// </para>
/// </summary>
internal static class SkinnyMatrixProduct
{
    /// <summary>More rows are better off with tiles.</summary>
    private const int MostRows = 64;

    /// <summary>Tensor cores take over from here.</summary>
    private const int Most16BitRows = 8;

    private const int Warps = 8;
    private const int GroupSize = Warps * Packed.Lanes;

    public static bool Suits(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor c, MatMulShape shape) =>
        !transposeA
        && transposeB
        && shape.Accumulate == 0
        && shape.Batch == 1
        && shape.M <= (a.DType == DType.Float32 ? MostRows : Most16BitRows)
        && shape.K % Packed.Size == 0
        && shape.K >= Packed.Size
        && c.DType == a.DType
        && Packed.Suits(a.Device)
        && a.IsAligned
        && b.IsAligned;

    public static void Launch(Tensor a, Tensor b, Tensor c, MatMulShape shape, Tensor? bias) =>
        ElementTypes.Select<Action<Tensor, Tensor, Tensor, MatMulShape, Tensor?>>(
            "matmul", a.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(a, b, c, shape, bias);

    private static void Launch<T>(Tensor a, Tensor b, Tensor c, MatMulShape shape, Tensor? bias)
        where T : unmanaged, IElement<T>
    {
        var (rows, kernel) = shape.M switch
        {
            1 => (1, (Action<ArrayView<Pack8<T>>, ArrayView<Pack8<T>>, ArrayView<T>, ArrayView<float>, MatMulShape>)Kernel<T, C1>),
            2 => (2, Kernel<T, C2>),
            <= 4 => (4, Kernel<T, C4>),
            _ => (8, Kernel<T, C8>),
        };
        a.Device.Launch(
            kernel,
            (new Index2D((shape.N + Warps - 1) / Warps, (shape.M + rows - 1) / rows), new Index2D(GroupSize, 1)),
            a.Packs<T>(),
            b.Packs<T>(),
            c.View<T>(),
            bias.ViewOrEmpty<float>(),
            shape);
    }

    /// <param name="a">[m, k] in packs.</param>
    /// <param name="b">[n, k] in packs.</param>
    /// <param name="c">[m, n].</param>
    /// <param name="bias">[n], where the shape says so.</param>
    /// <param name="shape">The extents.</param>
    private static void Kernel<T, TRows>(ArrayView<Pack8<T>> a, ArrayView<Pack8<T>> b, ArrayView<T> c, ArrayView<float> bias, MatMulShape shape)
        where T : unmanaged, IElement<T>
        where TRows : struct, IConstant
    {
        var lane = Group.IdxX % Packed.Lanes;
        var column = Grid.IdxX * Warps + Group.IdxX / Packed.Lanes;
        var packs = shape.K / Packed.Size;
        var sums = LocalMemory.Allocate<float>(TRows.Value);
        var weights = LocalMemory.Allocate<float>(Packed.Size);
        var inputs = LocalMemory.Allocate<float>(Packed.Size);
        for (var row = 0; row < TRows.Value; row++)
            sums[row] = 0;
        // Warps behind the last column, and rows behind the last row, repeat the last ones and write nothing.
        var ownColumn = XMath.Min(column, shape.N - 1);
        var firstRow = Grid.IdxY * TRows.Value;
        for (var pack = lane; pack < packs; pack += Packed.Lanes)
        {
            Packed.Unpack(b[(long)ownColumn * packs + pack], weights);
            for (var row = 0; row < TRows.Value; row++)
            {
                Packed.Unpack(a[(long)XMath.Min(firstRow + row, shape.M - 1) * packs + pack], inputs);
                for (var i = 0; i < Packed.Size; i++)
                    sums[row] += weights[i] * inputs[i];
            }
        }

        for (var row = 0; row < TRows.Value; row++)
        {
            var sum = Packed.Sum(sums[row]);
            if (lane == 0 & column < shape.N & firstRow + row < shape.M)
            {
                if (shape.HasBias != 0)
                    sum += bias[column];
                c[(long)(firstRow + row) * shape.N + column] = T.FromFloat(sum);
            }
        }
    }
}
