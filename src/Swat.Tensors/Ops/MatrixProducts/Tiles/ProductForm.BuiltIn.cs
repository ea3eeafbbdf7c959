namespace Swat.Tensors.Ops.MatrixProducts.Tiles;

/// <summary>Which factors of a product are transposed.</summary>
internal enum ProductForm
{
    AB,

    ABt,

    AtB,

    AtBt,
}
