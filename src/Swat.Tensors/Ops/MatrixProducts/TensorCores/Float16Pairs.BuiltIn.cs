using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

internal readonly struct Float16Pairs : IResultPairs<F16>
{
    public static FloatPair Load(ArrayView<F16> memory, long first) =>
        new(F16.ToFloat(memory[first]), F16.ToFloat(memory[first + 1]));

    public static uint Pack(FloatPair value) => TensorCore.PackHalf(value.First, value.Second);

    public static void Store(ArrayView<F16> memory, long first, FloatPair value) =>
        memory.SubView(first, 2).Cast<uint>()[0] = Pack(value);

    public static FloatPair Round(FloatPair value) => new(F16.ToFloat(F16.FromFloat(value.First)), F16.ToFloat(F16.FromFloat(value.Second)));
}
