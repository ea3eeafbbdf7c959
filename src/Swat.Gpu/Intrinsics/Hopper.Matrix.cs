using Swat.Gpu.Frontend;

namespace Swat.Gpu.Intrinsics;

public static partial class Hopper
{
    /// <summary>
    /// C = A · B, or C += A · B, for a 64x16 A, a 16x64 B and a 64x64 C; bfloat16 products summed in float32 (wgmma.m64n64k16). Starts;
    /// <see cref="MatrixWait"/> ends.
    /// </summary>
    /// <param name="c">
    /// 32 floats: with w the warp of the four, group = lane / 4 and pair = lane % 4, element 4·j + 2·h + e is
    /// C[16·w + group + 8·h, 8·j + 2·pair + e].
    /// </param>
    /// <param name="a">Descriptor of A in shared memory.</param>
    /// <param name="b">Descriptor of B in shared memory.</param>
    /// <param name="accumulate">False to start from zero.</param>
    /// <param name="transposeA">A constant: 0 if A's rows are contiguous along k, 1 if its columns are contiguous along m.</param>
    /// <param name="transposeB">A constant: 0 if B's columns are contiguous along k, 1 if its rows are contiguous along n.</param>
    [TargetIntrinsic("wgmma.m64n64k16.bf16")]
    public static void MultiplyAddBFloat16N64(
        [Registers(32, RegisterAccess.ReadWrite)] ArrayView<float> c, long a, long b, bool accumulate, int transposeA, int transposeB) =>
        throw KernelOnly.Exception();

    /// <summary>As the form with A in shared memory, with A in registers.</summary>
    /// <inheritdoc cref="MultiplyAddBFloat16N64(ArrayView{float}, long, long, bool, int, int)"/>
    /// <param name="a">4 words: the warp's 16 rows as for <see cref="TensorCore.MultiplyAddBFloat16"/>.</param>
    [TargetIntrinsic("wgmma.m64n64k16.bf16.ra")]
    public static void MultiplyAddBFloat16N64(
        [Registers(32, RegisterAccess.ReadWrite)] ArrayView<float> c,
        [Registers(4, RegisterAccess.Read)] ArrayView<uint> a, long b, bool accumulate, int transposeB) => throw KernelOnly.Exception();

    /// <summary>As the first form with bfloat16, 128 columns and 64 accumulators (wgmma.m64n128k16).</summary>
    /// <inheritdoc cref="MultiplyAddBFloat16N64(ArrayView{float}, long, long, bool, int, int)"/>
    [TargetIntrinsic("wgmma.m64n128k16.bf16")]
    public static void MultiplyAddBFloat16N128(
        [Registers(64, RegisterAccess.ReadWrite)] ArrayView<float> c, long a, long b, bool accumulate, int transposeA, int transposeB) =>
        throw KernelOnly.Exception();

    /// <summary>As the form with A in shared memory, with A in registers.</summary>
    /// <inheritdoc cref="MultiplyAddBFloat16N64(ArrayView{float}, long, long, bool, int, int)"/>
    /// <param name="a">4 words: the warp's 16 rows as for <see cref="TensorCore.MultiplyAddBFloat16"/>.</param>
    [TargetIntrinsic("wgmma.m64n128k16.bf16.ra")]
    public static void MultiplyAddBFloat16N128(
        [Registers(64, RegisterAccess.ReadWrite)] ArrayView<float> c,
        [Registers(4, RegisterAccess.Read)] ArrayView<uint> a, long b, bool accumulate, int transposeB) => throw KernelOnly.Exception();

    /// <summary>As the first form with bfloat16, 256 columns and 128 accumulators (wgmma.m64n256k16).</summary>
    /// <inheritdoc cref="MultiplyAddBFloat16N64(ArrayView{float}, long, long, bool, int, int)"/>
    [TargetIntrinsic("wgmma.m64n256k16.bf16")]
    public static void MultiplyAddBFloat16N256(
        [Registers(128, RegisterAccess.ReadWrite)] ArrayView<float> c, long a, long b, bool accumulate, int transposeA, int transposeB) =>
        throw KernelOnly.Exception();

    /// <summary>As the form with A in shared memory, with A in registers.</summary>
    /// <inheritdoc cref="MultiplyAddBFloat16N64(ArrayView{float}, long, long, bool, int, int)"/>
    /// <param name="a">4 words: the warp's 16 rows as for <see cref="TensorCore.MultiplyAddBFloat16"/>.</param>
    [TargetIntrinsic("wgmma.m64n256k16.bf16.ra")]
    public static void MultiplyAddBFloat16N256(
        [Registers(128, RegisterAccess.ReadWrite)] ArrayView<float> c,
        [Registers(4, RegisterAccess.Read)] ArrayView<uint> a, long b, bool accumulate, int transposeB) => throw KernelOnly.Exception();

    /// <summary>As the first form with float16, 64 columns and 32 accumulators (wgmma.m64n64k16).</summary>
    /// <inheritdoc cref="MultiplyAddBFloat16N64(ArrayView{float}, long, long, bool, int, int)"/>
    [TargetIntrinsic("wgmma.m64n64k16.f16")]
    public static void MultiplyAddHalfN64(
        [Registers(32, RegisterAccess.ReadWrite)] ArrayView<float> c, long a, long b, bool accumulate, int transposeA, int transposeB) =>
        throw KernelOnly.Exception();

    /// <summary>As the form with A in shared memory, with A in registers.</summary>
    /// <inheritdoc cref="MultiplyAddBFloat16N64(ArrayView{float}, long, long, bool, int, int)"/>
    /// <param name="a">4 words: the warp's 16 rows as for <see cref="TensorCore.MultiplyAddBFloat16"/>.</param>
    [TargetIntrinsic("wgmma.m64n64k16.f16.ra")]
    public static void MultiplyAddHalfN64(
        [Registers(32, RegisterAccess.ReadWrite)] ArrayView<float> c,
        [Registers(4, RegisterAccess.Read)] ArrayView<uint> a, long b, bool accumulate, int transposeB) => throw KernelOnly.Exception();

    /// <summary>As the first form with float16, 128 columns and 64 accumulators (wgmma.m64n128k16).</summary>
    /// <inheritdoc cref="MultiplyAddBFloat16N64(ArrayView{float}, long, long, bool, int, int)"/>
    [TargetIntrinsic("wgmma.m64n128k16.f16")]
    public static void MultiplyAddHalfN128(
        [Registers(64, RegisterAccess.ReadWrite)] ArrayView<float> c, long a, long b, bool accumulate, int transposeA, int transposeB) =>
        throw KernelOnly.Exception();

    /// <summary>As the form with A in shared memory, with A in registers.</summary>
    /// <inheritdoc cref="MultiplyAddBFloat16N64(ArrayView{float}, long, long, bool, int, int)"/>
    /// <param name="a">4 words: the warp's 16 rows as for <see cref="TensorCore.MultiplyAddBFloat16"/>.</param>
    [TargetIntrinsic("wgmma.m64n128k16.f16.ra")]
    public static void MultiplyAddHalfN128(
        [Registers(64, RegisterAccess.ReadWrite)] ArrayView<float> c,
        [Registers(4, RegisterAccess.Read)] ArrayView<uint> a, long b, bool accumulate, int transposeB) => throw KernelOnly.Exception();

    /// <summary>As the first form with float16, 256 columns and 128 accumulators (wgmma.m64n256k16).</summary>
    /// <inheritdoc cref="MultiplyAddBFloat16N64(ArrayView{float}, long, long, bool, int, int)"/>
    [TargetIntrinsic("wgmma.m64n256k16.f16")]
    public static void MultiplyAddHalfN256(
        [Registers(128, RegisterAccess.ReadWrite)] ArrayView<float> c, long a, long b, bool accumulate, int transposeA, int transposeB) =>
        throw KernelOnly.Exception();

    /// <summary>As the form with A in shared memory, with A in registers.</summary>
    /// <inheritdoc cref="MultiplyAddBFloat16N64(ArrayView{float}, long, long, bool, int, int)"/>
    /// <param name="a">4 words: the warp's 16 rows as for <see cref="TensorCore.MultiplyAddBFloat16"/>.</param>
    [TargetIntrinsic("wgmma.m64n256k16.f16.ra")]
    public static void MultiplyAddHalfN256(
        [Registers(128, RegisterAccess.ReadWrite)] ArrayView<float> c,
        [Registers(4, RegisterAccess.Read)] ArrayView<uint> a, long b, bool accumulate, int transposeB) => throw KernelOnly.Exception();
}
