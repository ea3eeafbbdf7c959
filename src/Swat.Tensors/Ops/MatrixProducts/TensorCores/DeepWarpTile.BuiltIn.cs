namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>A tile of 128 x 256 in 144 KiB of shared memory.</summary>
internal readonly struct DeepWarpTile : IWarpTile
{
    public static int WarpExtent => 64;

    public static int Depth => 64;

    public static int Stages => 3;

    public static int GroupsPerMultiprocessor => 1;
}
