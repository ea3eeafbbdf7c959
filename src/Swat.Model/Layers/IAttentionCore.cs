using Swat.Tensors;

namespace Swat.Model.Layers;

/// <summary>The part of attention that knows where in their sequences the tokens are: rotary embedding, window and weights.</summary>
internal interface IAttentionCore
{
    /// <summary>Parts the projections of each token into heads.</summary>
    /// <param name="projections">[batch, length, (heads + 2·kv_heads)·head_dim].</param>
    /// <param name="rotate">Whether to rotate queries and keys by their positions.</param>
    /// <returns>[batch, length, heads, head_dim], and twice [batch, length, kv_heads, head_dim].</returns>
    (Tensor Query, Tensor Key, Tensor Value) Split(Tensor projections, bool rotate);

    /// <summary>Rotates heads that <see cref="Split"/> did not.</summary>
    /// <param name="heads">[batch, length, heads, head_dim].</param>
    Tensor Rotate(Tensor heads);

    /// <param name="query">[batch, length, heads, head_dim], rotated.</param>
    /// <param name="key">[batch, length, kv_heads, head_dim], rotated.</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="layer">The layer that asks.</param>
    /// <returns>[batch, length, heads, head_dim].</returns>
    Tensor Attend(Tensor query, Tensor key, Tensor value, int layer);
}
