using Swat.Tensors.Numerics;
using Instructions = Swat.Gpu.Intrinsics.Hopper;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>Operands in bfloat16.</summary>
internal readonly struct BFloat16Matrix : IMatrixElement
{
    public static void Multiply(ArrayView<float> sum, long a, long b, bool accumulate, int transposeA, int transposeB) =>
        Instructions.MultiplyAddBFloat16N64(sum, a, b, accumulate, transposeA, transposeB);

    public static void Multiply(ArrayView<float> sum, ArrayView<uint> a, long b, bool accumulate, int transposeB) =>
        Instructions.MultiplyAddBFloat16N64(sum, a, b, accumulate, transposeB);

    public static uint Pack(float low, float high) => Gpu.Intrinsics.TensorCore.PackBFloat16(low, high);

    public static float Round(float value) => BF16.ToFloat(BF16.FromFloat(value));
}
