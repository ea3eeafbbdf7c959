namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>The extents that a <see cref="WarpKernel"/> is compiled for. Its eight warps lie two below each other and four side by side.</summary>
internal interface IWarpTile
{
    /// <summary>Rows, and as many columns, that a warp computes; a multiple of 16.</summary>
    static abstract int WarpExtent { get; }

    /// <summary>Elements of a step along k: 32 or 64.</summary>
    static abstract int Depth { get; }

    /// <summary>Steps in shared memory.</summary>
    static abstract int Stages { get; }

    /// <summary>Groups that run on a multiprocessor side by side.</summary>
    static abstract int GroupsPerMultiprocessor { get; }
}
