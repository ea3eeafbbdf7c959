using Swat.Gpu.Frontend;

namespace Swat.Gpu.Intrinsics;

/// <summary>
/// Matrix products of one warp: all 32 lanes call together. Fragments are views of local memory with constant bounds
/// (<see cref="LocalMemory.Allocate{T}(int)"/>, or a SubView of one), whose elements live in registers. CUDA devices from compute
/// capability 8.0 have instructions for them; on other devices shuffles between the lanes do the same. Layouts after NVIDIA's PTX ISA manual, "Matrix multiply-accumulate
/// instructions", with group = lane / 4 and pair = lane % 4.
/// </summary>
public static partial class TensorCore
{
    /// <summary>
    /// C += A · B for a 16x16 A, a 16x8 B and a 16x8 C; bfloat16 products summed in float32 (mma.sync.m16n8k16).
    /// </summary>
    /// <param name="c">4 floats: C[group, 2·pair], C[group, 2·pair + 1], C[group + 8, 2·pair], C[group + 8, 2·pair + 1].</param>
    /// <param name="a">
    /// 4 words of two bfloat16, the lower column in the low half: A[group, 2·pair + {0, 1}], A[group + 8, 2·pair + {0, 1}],
    /// A[group, 2·pair + 8 + {0, 1}], A[group + 8, 2·pair + 8 + {0, 1}].
    /// </param>
    /// <param name="b">2 words of two bfloat16, the lower row in the low half: B[2·pair + {0, 1}, group], B[2·pair + 8 + {0, 1}, group].</param>
    [TargetIntrinsic("mma.m16n8k16.bf16", HasSideEffects = false, HasBody = true, CudaArchitecture = 80)]
    public static void MultiplyAddBFloat16(
        [Registers(4, RegisterAccess.ReadWrite)] ArrayView<float> c,
        [Registers(4, RegisterAccess.Read)] ArrayView<uint> a,
        [Registers(2, RegisterAccess.Read)] ArrayView<uint> b) =>
        Multiply16(c, a, b, half: false);

    /// <summary>As <see cref="MultiplyAddBFloat16"/> with float16 in place of bfloat16.</summary>
    [TargetIntrinsic("mma.m16n8k16.f16", HasSideEffects = false, HasBody = true, CudaArchitecture = 80)]
    public static void MultiplyAddHalf(
        [Registers(4, RegisterAccess.ReadWrite)] ArrayView<float> c,
        [Registers(4, RegisterAccess.Read)] ArrayView<uint> a,
        [Registers(2, RegisterAccess.Read)] ArrayView<uint> b) =>
        Multiply16(c, a, b, half: true);

    /// <summary>
    /// C += A · B for a 16x8 A, an 8x8 B and a 16x8 C; tf32 products summed in float32 (mma.sync.m16n8k8).
    /// </summary>
    /// <param name="c">As for <see cref="MultiplyAddBFloat16"/>.</param>
    /// <param name="a">4 tf32: A[group, pair], A[group + 8, pair], A[group, pair + 4], A[group + 8, pair + 4].</param>
    /// <param name="b">2 tf32: B[pair, group], B[pair + 4, group].</param>
    [TargetIntrinsic("mma.m16n8k8.tf32", HasSideEffects = false, HasBody = true, CudaArchitecture = 80)]
    public static void MultiplyAddTF32(
        [Registers(4, RegisterAccess.ReadWrite)] ArrayView<float> c,
        [Registers(4, RegisterAccess.Read)] ArrayView<uint> a,
        [Registers(2, RegisterAccess.Read)] ArrayView<uint> b) =>
        Multiply8(c, a, b);

    /// <summary>
    /// The bits of a float rounded to tf32 (8 bits of exponent, 10 of fraction), ties away from zero; NaN stays NaN.
    /// </summary>
    [TargetIntrinsic("cvt.tf32", HasSideEffects = false, HasBody = true, CudaArchitecture = 80)]
    public static uint ToTF32(float value)
    {
        var bits = Interop.FloatAsInt(value);
        return (bits & 0x7FFFFFFF) >= 0x7F800000 ? bits : (bits + 0x1000) & 0xFFFFE000;
    }

    /// <summary>Two floats rounded to bfloat16 (ties to even) in one word, the first in its low half.</summary>
    [TargetIntrinsic("pack.bf16x2", HasSideEffects = false, HasBody = true)]
    public static uint PackBFloat16(float low, float high) =>
        BFloat16.ToBits((BFloat16)low) | (uint)BFloat16.ToBits((BFloat16)high) << 16;

    /// <summary>Two floats rounded to float16 (ties to even) in one word, the first in its low half.</summary>
    [TargetIntrinsic("pack.f16x2", HasSideEffects = false, HasBody = true)]
    public static uint PackHalf(float low, float high) =>
        BitConverter.HalfToUInt16Bits((Half)low) | (uint)BitConverter.HalfToUInt16Bits((Half)high) << 16;

    /// <summary>
    /// One 8x8 matrix of 16-bit elements from shared memory (ldmatrix.x1): lane l gets elements [l / 4, 2·(l % 4) + {0, 1}].
    /// </summary>
    /// <param name="result">1 word.</param>
    /// <param name="row">Of lanes 0 to 7: the row with the lane's number, 8 elements, 16-byte aligned, in shared memory.</param>
    [TargetIntrinsic("ldmatrix.x1", HasBody = true, CudaArchitecture = 75)]
    public static void LoadMatrix1<T>([Registers(1, RegisterAccess.Write)] ArrayView<uint> result, ArrayView<T> row)
        where T : unmanaged =>
        Load(result, row, 1, transposed: false);

    /// <summary>Two matrices as by <see cref="LoadMatrix1"/>, one word each.</summary>
    /// <param name="result">2 words.</param>
    /// <param name="row">Of lanes 8·m to 8·m + 7: the rows of matrix m.</param>
    [TargetIntrinsic("ldmatrix.x2", HasBody = true, CudaArchitecture = 75)]
    public static void LoadMatrix2<T>([Registers(2, RegisterAccess.Write)] ArrayView<uint> result, ArrayView<T> row)
        where T : unmanaged =>
        Load(result, row, 2, transposed: false);

    /// <summary>
    /// Four matrices as by <see cref="LoadMatrix1"/>, one word each. The fragment A of <see cref="MultiplyAddBFloat16"/> is that of the
    /// tile's quarters in the order top left, bottom left, top right, bottom right.
    /// </summary>
    /// <param name="result">4 words.</param>
    /// <param name="row">Of lanes 8·m to 8·m + 7: the rows of matrix m.</param>
    [TargetIntrinsic("ldmatrix.x4", HasBody = true, CudaArchitecture = 75)]
    public static void LoadMatrix4<T>([Registers(4, RegisterAccess.Write)] ArrayView<uint> result, ArrayView<T> row)
        where T : unmanaged =>
        Load(result, row, 4, transposed: false);

    /// <summary>As <see cref="LoadMatrix1"/>, transposed: lane l gets elements [2·(l % 4) + {0, 1}, l / 4].</summary>
    [TargetIntrinsic("ldmatrix.x1.trans", HasBody = true, CudaArchitecture = 75)]
    public static void LoadMatrixTransposed1<T>([Registers(1, RegisterAccess.Write)] ArrayView<uint> result, ArrayView<T> row)
        where T : unmanaged =>
        Load(result, row, 1, transposed: true);

    /// <summary>As <see cref="LoadMatrix2"/>, each matrix transposed.</summary>
    [TargetIntrinsic("ldmatrix.x2.trans", HasBody = true, CudaArchitecture = 75)]
    public static void LoadMatrixTransposed2<T>([Registers(2, RegisterAccess.Write)] ArrayView<uint> result, ArrayView<T> row)
        where T : unmanaged =>
        Load(result, row, 2, transposed: true);

    /// <summary>As <see cref="LoadMatrix4"/>, each matrix transposed.</summary>
    [TargetIntrinsic("ldmatrix.x4.trans", HasBody = true, CudaArchitecture = 75)]
    public static void LoadMatrixTransposed4<T>([Registers(4, RegisterAccess.Write)] ArrayView<uint> result, ArrayView<T> row)
        where T : unmanaged =>
        Load(result, row, 4, transposed: true);
}
