namespace Swat.Tensors.Ops.Attention;

/// <summary>What attention is computed from, for whichever tier of kernels computes it.</summary>
/// <param name="Query">[batch, length, heads, head_dim].</param>
/// <param name="Key">[batch, length, kv_heads, head_dim], of the query's type.</param>
/// <param name="Value">As <paramref name="Key"/>.</param>
/// <param name="Slopes">Float32 [heads]; null: none.</param>
/// <param name="Shape">Extents and scores.</param>
/// <param name="Documents">Of the query's sequences; null: each sequence is one. See <see cref="AttentionReach"/>.</param>
internal readonly record struct AttentionInputs(
    Tensor Query,
    Tensor Key,
    Tensor Value,
    Tensor? Slopes,
    AttentionShape Shape,
    AttentionDocuments? Documents);
