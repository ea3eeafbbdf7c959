using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Model.Layers;

/// <summary>Attention inside the documents that are packed into each sequence. Scores depend on differences of positions alone, so positions go on through the documents.</summary>
/// <param name="attention">Attention inside whole sequences.</param>
/// <param name="documents">Where the documents begin and end.</param>
internal sealed class PackedAttention(SequenceAttention attention, AttentionDocuments documents) : IAttentionCore
{
    /// <inheritdoc/>
    public (Tensor Query, Tensor Key, Tensor Value) Split(Tensor projections, bool rotate) => attention.Split(projections, rotate);

    /// <inheritdoc/>
    public Tensor Rotate(Tensor heads) => attention.Rotate(heads);

    /// <inheritdoc/>
    public Tensor Attend(Tensor query, Tensor key, Tensor value, int layer) => attention.Attend(query, key, value, documents);
}
