namespace Swat.Tensors.Ops.MatrixProducts.Portable;

/// <summary>Which matrices of a product have rows of whole vectors, so that a kernel moves four elements at once. 1: has; 0: has not.</summary>
internal readonly record struct VectorAccess(int Left, int Right, int Result);
