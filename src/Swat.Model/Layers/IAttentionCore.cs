using Swat.Tensors;

namespace Swat.Model.Layers;

/// <summary>The part of attention that knows where in their sequences the tokens are: rotary embedding, window and weights.</summary>
internal interface IAttentionCore
{
    /// <param name="query">[batch, length, heads, head_dim], not rotated yet.</param>
    /// <param name="key">[batch, length, kv_heads, head_dim], not rotated yet.</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="layer">The layer that asks.</param>
    /// <returns>[batch, length, heads, head_dim].</returns>
    Tensor Attend(Tensor query, Tensor key, Tensor value, int layer);
}
