using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

internal readonly struct BFloat16Pairs : IResultPairs<BF16>
{
    public static FloatPair Load(ArrayView<BF16> memory, long first) => Unpack(memory.SubView(first, 2).Cast<uint>()[0]);

    public static uint Pack(FloatPair value) => TensorCore.PackBFloat16(value.First, value.Second);

    public static void Store(ArrayView<BF16> memory, long first, FloatPair value) =>
        memory.SubView(first, 2).Cast<uint>()[0] = Pack(value);

    public static FloatPair Round(FloatPair value) => Unpack(Pack(value));

    private static FloatPair Unpack(uint word) => new(Interop.IntAsFloat(word << 16), Interop.IntAsFloat(word & 0xFFFF0000));
}
