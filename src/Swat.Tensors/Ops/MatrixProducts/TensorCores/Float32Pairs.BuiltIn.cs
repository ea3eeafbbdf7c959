using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

internal readonly struct Float32Pairs : IResultPairs<F32>
{
    public static FloatPair Load(ArrayView<F32> memory, long first) => memory.SubView(first, 2).Cast<FloatPair>()[0];

    /// <summary>No word holds two of these: 0.</summary>
    public static uint Pack(FloatPair value) => 0;

    public static void Store(ArrayView<F32> memory, long first, FloatPair value) => memory.SubView(first, 2).Cast<FloatPair>()[0] = value;

    public static FloatPair Round(FloatPair value) => value;
}
