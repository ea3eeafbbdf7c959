namespace Swat.Tensors.Ops.Attention.Portable;

/// <summary>How the work items of <see cref="AttentionTile"/> share a tile.</summary>
internal interface ITileLayout
{
    /// <summary>Work items along y; along x there are 16.</summary>
    static abstract int Rows { get; }

    /// <summary>
    /// Elements of shared memory that a work item reads at once, and rows or columns of it that lie side by side; also what rows in shared
    /// memory are longer by, so that elements below each other lie in different banks.
    /// </summary>
    static abstract int Vector { get; }
}
