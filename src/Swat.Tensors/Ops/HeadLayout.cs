namespace Swat.Tensors.Ops;

/// <summary>How the heads of a token lie behind each other in a joint projection: the queries', the keys', the values'.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key heads, and as many value heads.</param>
/// <param name="HeadDim">Elements of a head.</param>
/// <param name="Length">Tokens of a sequence.</param>
/// <param name="Direction">1: queries and keys are rotated by their position's angle; -1: back; 0: they are not.</param>
public readonly record struct HeadLayout(int Heads, int KeyHeads, int HeadDim, int Length, float Direction)
{
    /// <summary>Heads of a token.</summary>
    public int All => Heads + 2 * KeyHeads;
}
