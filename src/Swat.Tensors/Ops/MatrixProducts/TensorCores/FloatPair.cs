namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>Two neighbouring columns of a row; memory is read and written eight bytes at a time.</summary>
public readonly record struct FloatPair(float First, float Second)
{
    /// <summary>In a kernel: two sums side by side.</summary>
    internal static FloatPair Of(ArrayView<float> sums, int first) => new(sums[first], sums[first + 1]);
}
