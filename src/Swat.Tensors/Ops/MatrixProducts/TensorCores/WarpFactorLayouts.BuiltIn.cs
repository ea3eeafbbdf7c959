namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>How the factors of <see cref="WarpKernel"/> lie in memory.</summary>
/// <param name="K">Length of the inner products.</param>
/// <param name="RowStrideA">Elements from each row of A as it lies to the next, a multiple of 8.</param>
/// <param name="RowStrideB">Elements from each row of B as it lies to the next, a multiple of 8.</param>
/// <param name="BatchStrideA">Elements from one A to the next.</param>
/// <param name="BatchStrideB">Elements from one B to the next.</param>
public readonly record struct WarpFactorLayouts(int K, int RowStrideA, int RowStrideB, long BatchStrideA, long BatchStrideB);
