namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>The part of a product that a group computes at a time.</summary>
/// <param name="Rows">Rows of the result.</param>
/// <param name="Columns">Columns of the result.</param>
/// <param name="Depth">Elements of a step along k.</param>
public readonly record struct TileExtents(int Rows, int Columns, int Depth);
