namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>A tile of 64 x 128, for products that have few tiles.</summary>
internal readonly struct SmallWarpTile : IWarpTile
{
    public static int WarpExtent => 32;

    public static int Depth => 32;

    public static int Stages => 4;

    public static int GroupsPerMultiprocessor => 2;
}
