namespace Swat.Tensors.Ops.Attention;

/// <summary>What the attention kernels are told about the layout of their tensors and the scores.</summary>
/// <param name="Length">Tokens of a sequence.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads; a divisor of <paramref name="Heads"/>.</param>
/// <param name="Window">Positions a query sees, its own included; 1 … <paramref name="Length"/>.</param>
/// <param name="HasSlopes">1: a slope per head is given.</param>
/// <param name="HasDocuments">1: the sequences hold several documents.</param>
/// <param name="Scale">Factor of the products of queries and keys.</param>
public readonly record struct AttentionShape(int Length, int Heads, int KeyHeads, int Window, int HasSlopes, int HasDocuments, float Scale)
{
    /// <summary>Query heads that share a key head.</summary>
    public int HeadsPerKeyHead => Heads / KeyHeads;
}
