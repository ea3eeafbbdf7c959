using Instructions = Swat.Gpu.Intrinsics.TensorCore;

namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>Operands in float16.</summary>
internal readonly struct Float16Fragment : IFragmentElement
{
    public static void MultiplyAdd(ArrayView<float> c, ArrayView<uint> a, ArrayView<uint> b) => Instructions.MultiplyAddHalf(c, a, b);

    public static uint Pack(float low, float high) => Instructions.PackHalf(low, high);

    public static float Low(uint word) => (float)Interop.IntAsFloat((ushort)word);

    public static float High(uint word) => (float)Interop.IntAsFloat((ushort)(word >> 16));
}
