using Instructions = Swat.Gpu.Intrinsics.TensorCore;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>Operands in bfloat16.</summary>
internal readonly struct BFloat16Fragment : IFragmentElement
{
    public static void MultiplyAdd(ArrayView<float> c, ArrayView<uint> a, ArrayView<uint> b) => Instructions.MultiplyAddBFloat16(c, a, b);

    public static uint Pack(float low, float high) => Instructions.PackBFloat16(low, high);

    public static float Low(uint word) => Interop.IntAsFloat(word << 16);

    public static float High(uint word) => Interop.IntAsFloat(word & 0xFFFF0000);
}
