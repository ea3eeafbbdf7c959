namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>A tile of 128 x 256 in 96 KiB of shared memory: every device with mma.sync has it.</summary>
internal readonly struct LargeWarpTile : IWarpTile
{
    public static int WarpExtent => 64;

    public static int Depth => 32;

    public static int Stages => 4;

    public static int GroupsPerMultiprocessor => 1;
}
