namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>A factor whose rows start at multiples of 16 bytes, as asynchronous and bulk copies need them.</summary>
/// <param name="Elements">16-bit numbers.</param>
/// <param name="Width">Elements of a row.</param>
/// <param name="RowStride">Elements from one row to the next.</param>
/// <param name="BatchStride">Elements from one matrix to the next; 0: there is one.</param>
internal readonly record struct AlignedFactor(ArrayView<ushort> Elements, int Width, int RowStride, long BatchStride);
