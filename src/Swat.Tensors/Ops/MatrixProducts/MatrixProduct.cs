using Swat.Tensors.Ops.MatrixProducts.Portable;
using Swat.Tensors.Profiling;

namespace Swat.Tensors.Ops.MatrixProducts;

/// <summary>Matrix products on the best kernels that the device has for them; see <see cref="KernelTier"/>.</summary>
internal static partial class MatrixProduct
{
    /// <summary>c = a'·b' + bias, or c += a'·b'; the tensors are taken as matrices, whatever their shapes.</summary>
    /// <param name="a">Of the type of <paramref name="b"/>.</param>
    /// <param name="transposeA">Multiply with the transpose of a.</param>
    /// <param name="b">The other factor.</param>
    /// <param name="transposeB">Multiply with the transpose of b.</param>
    /// <param name="c">Of the type of the factors, or Float32.</param>
    /// <param name="shape">Extents and epilogue.</param>
    /// <param name="bias">Float32 [n], where the shape says that there is one.</param>
    internal static void Launch(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor c, MatMulShape shape, Tensor? bias = null)
    {
        if (c.Count == 0)
            return;
        c.Device.Profiler?.Expect(WorkOf(a, transposeA, transposeB, b, c, shape));
        if (SkinnyMatrixProduct.Suits(a, transposeA, b, transposeB, c, shape))
            SkinnyMatrixProduct.Launch(a, b, c, shape, bias);
        else if (!TryLaunchTensorCores(a, transposeA, b, transposeB, c, shape, bias))
            PortableMatrixProduct.Launch(a, transposeA, b, transposeB, c, shape, bias);
        c.Device.Profiler?.Expect(null);
    }

    /// <summary>
    /// c = a·bᵀ, and gated = silu(left half)·right half of each row of c, in one pass, if the device has a kernel for it that takes these
    /// extents. The halves are rounded to their type before they are multiplied: the result is that of two passes to the last bit.
    /// </summary>
    /// <param name="a">[m, k].</param>
    /// <param name="b">[n, k], of the type of <paramref name="a"/>.</param>
    /// <param name="c">[m, n], of that type.</param>
    /// <param name="gated">[m, n / 2], of that type.</param>
    /// <param name="shape">Extents of one product that nothing is added to.</param>
    /// <returns>False: nothing is computed.</returns>
    internal static bool TryLaunchGated(Tensor a, Tensor b, Tensor c, Tensor gated, MatMulShape shape)
    {
        if (c.Count == 0 || SkinnyMatrixProduct.Suits(a, false, b, true, c, shape))
            return false;
        var work = WorkOf(a, false, true, b, c, shape);
        c.Device.Profiler?.Expect(work with { Bytes = work.Bytes + gated.ByteCount });
        var isLaunched = TryLaunchTensorCores(a, false, b, true, c, shape, null, gated);
        c.Device.Profiler?.Expect(null);
        return isLaunched;
    }

    private static LaunchWork WorkOf(Tensor a, bool transposeA, bool transposeB, Tensor b, Tensor c, MatMulShape shape)
    {
        var batch = shape.Batch > 1 ? $"{shape.Batch} x " : string.Empty;
        var form = $"A{(transposeA ? "t" : string.Empty)}B{(transposeB ? "t" : string.Empty)}";
        return new(
            $"{form} {batch}{shape.M}x{shape.N}x{shape.K}",
            2.0 * shape.Batch * shape.M * shape.N * shape.K,
            a.ByteCount + b.ByteCount + c.ByteCount * (1 + shape.Accumulate));
    }
}
