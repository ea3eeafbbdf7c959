using Swat.Tensors.Ops.MatrixProducts.TensorCores;

namespace Swat.Tensors.Ops.MatrixProducts.Tiles;

/// <summary>What the kernels reach for a product of 16-bit factors.</summary>
/// <param name="Form">How the factors lie.</param>
/// <param name="M">Rows of the result, those of all products of a batch.</param>
/// <param name="N">Columns of the result.</param>
/// <param name="K">Length of the inner products.</param>
/// <param name="Rates">TFLOP/s of each kernel that was measured.</param>
internal sealed record MeasuredProduct(ProductForm Form, int M, int N, int K, IReadOnlyDictionary<TileKind, double> Rates)
{
    /// <summary>
    /// How many doublings another product's extents are away, in all; null where one is more than twice or less than half as long:
    /// measurements say nothing about it.
    /// </summary>
    public double? DistanceTo(long m, int n, int k)
    {
        double[] doublings = [Math.Abs(Math.Log2((double)m / M)), Math.Abs(Math.Log2((double)n / N)), Math.Abs(Math.Log2((double)k / K))];
        return doublings.Max() <= 1 ? doublings.Sum() : null;
    }
}
