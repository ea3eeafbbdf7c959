namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>A part of the pieces that a work item copies of a tile.</summary>
/// <param name="Part">Its number.</param>
/// <param name="Parts">How many there are.</param>
internal readonly record struct CopyShare(int Part, int Parts)
{
    public static CopyShare All => new(0, 1);

    public int First(int pieces) => Part * pieces / Parts;

    public int End(int pieces) => (Part + 1) * pieces / Parts;
}
