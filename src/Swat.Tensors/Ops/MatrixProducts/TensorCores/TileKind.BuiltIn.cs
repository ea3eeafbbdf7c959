namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>The kernels and tiles that there are for products of 16-bit factors.</summary>
internal enum TileKind
{
    /// <summary><see cref="WarpKernel"/> with <see cref="SmallWarpTile"/>.</summary>
    SmallWarp,

    /// <summary><see cref="WarpKernel"/> with <see cref="LargeWarpTile"/>.</summary>
    LargeWarp,

    /// <summary><see cref="WarpKernel"/> with <see cref="DeepWarpTile"/>.</summary>
    DeepWarp,

    /// <summary><see cref="WarpGroups.WarpGroupKernel"/>.</summary>
    WarpGroup,
}
