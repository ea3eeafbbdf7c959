using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.Portable;

/// <summary>
/// The other half of a product that was cut along k: c = Σ parts + bias, or c += Σ parts, in the order of the parts.
/// </summary>
internal static class PortablePartialSums
{
    /// <summary>Beyond this many parts their sum costs more than idle multiprocessors do.</summary>
    private const int MostParts = 32;

    /// <summary>Steps along k that a part has at least.</summary>
    private const int ShortestPart = 256;

    /// <summary>Starting and ending a tile takes about as long as this many steps along k.</summary>
    private const int TileCost = 128;

    /// <summary>Tiles that a multiprocessor works on at a time.</summary>
    private const int TilesOfMultiprocessor = 2;

    /// <summary>How many parts of equal length fill the rounds in which the multiprocessors take tiles best; 1: as it is.</summary>
    /// <param name="shape">The product.</param>
    /// <param name="tile">Rows and columns of its tiles.</param>
    /// <param name="multiprocessors">Of the device.</param>
    public static int Parts(MatMulShape shape, int tile, int multiprocessors)
    {
        if (shape.Batch > 1)
            return 1;
        var (tiles, places) = (PortableMatrixProduct.TilesOf(shape, tile), TilesOfMultiprocessor * multiprocessors);
        var (best, bestTime) = (1, long.MaxValue);
        for (var parts = 1; parts <= MostParts && shape.K % parts == 0 && (parts == 1 || shape.K / parts >= ShortestPart); parts *= 2)
        {
            var time = (tiles * parts + places - 1) / places * (shape.K / parts + TileCost);
            if (time < bestTime)
                (best, bestTime) = (parts, time);
        }

        return best;
    }

    /// <param name="partial">Float32 [parts, m, n].</param>
    /// <param name="parts">How many.</param>
    /// <param name="c">[m, n].</param>
    /// <param name="shape">Extents and epilogue.</param>
    /// <param name="bias">Float32 [n], where the shape says that there is one.</param>
    public static void Launch(Tensor partial, int parts, Tensor c, MatMulShape shape, Tensor? bias) =>
        ElementTypes.Select<Action<Tensor, int, Tensor, MatMulShape, Tensor?>>(
            "matmul", c.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(partial, parts, c, shape, bias);

    private static void Launch<T>(Tensor partial, int parts, Tensor c, MatMulShape shape, Tensor? bias)
        where T : unmanaged, IElement<T> =>
        c.Device.Launch(Kernel, Elementwise.Config(c.Count), partial.View<float>(), parts, bias.ViewOrEmpty<float>(), c.View<T>(), shape);

    private static void Kernel<T>(ArrayView<float> partial, int parts, ArrayView<float> bias, ArrayView<T> c, MatMulShape shape)
        where T : unmanaged, IElement<T>
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(c.Length);
        for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
        {
            var sum = shape.Accumulate != 0 ? T.ToFloat(c[start + i]) : 0f;
            if (shape.HasBias != 0)
                sum += bias[(start + i) % shape.N];
            for (var part = 0; part < parts; part++)
                sum += partial[part * c.Length + start + i];
            c[start + i] = T.FromFloat(sum);
        }
    }
}
