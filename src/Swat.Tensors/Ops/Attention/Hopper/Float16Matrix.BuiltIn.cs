using Swat.Tensors.Numerics;
using Instructions = Swat.Gpu.Intrinsics.Hopper;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>Operands in float16.</summary>
internal readonly struct Float16Matrix : IMatrixElement
{
    public static void Multiply(ArrayView<float> sum, long a, long b, bool accumulate, int transposeA, int transposeB) =>
        Instructions.MultiplyAddHalfN64(sum, a, b, accumulate, transposeA, transposeB);

    public static void Multiply(ArrayView<float> sum, ArrayView<uint> a, long b, bool accumulate, int transposeB) =>
        Instructions.MultiplyAddHalfN64(sum, a, b, accumulate, transposeB);

    public static uint Pack(float low, float high) => Gpu.Intrinsics.TensorCore.PackHalf(low, high);

    public static float Round(float value) => F16.ToFloat(F16.FromFloat(value));
}
