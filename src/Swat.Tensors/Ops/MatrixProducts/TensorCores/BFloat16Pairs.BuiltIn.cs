using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

internal readonly struct BFloat16Pairs : IResultPairs<BF16>
{
    public static FloatPair Load(ArrayView<BF16> memory, long first)
    {
        var word = memory.SubView(first, 2).Cast<uint>()[0];
        return new FloatPair(Interop.IntAsFloat(word << 16), Interop.IntAsFloat(word & 0xFFFF0000));
    }

    public static uint Pack(FloatPair value) => TensorCore.PackBFloat16(value.First, value.Second);

    public static void Store(ArrayView<BF16> memory, long first, FloatPair value) =>
        memory.SubView(first, 2).Cast<uint>()[0] = Pack(value);
}
