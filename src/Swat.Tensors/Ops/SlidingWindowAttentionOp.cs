namespace Swat.Tensors.Ops;

public static class SlidingWindowAttentionOp
{
    /// <summary>
    /// Attention of every query to itself and the window - 1 positions before it, with the score
    /// scale·(q·k) + slope·(m - n), m the query's position and n the key's.
    /// </summary>
    /// <param name="query">[batch, length, heads, head_dim]; head_dim is a multiple of 16, at most 256.</param>
    /// <param name="key">[batch, length, kv_heads, head_dim]; kv_heads divides heads, and query head h reads head h / (heads / kv_heads).</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="slopes">[heads], added per token of distance; null: none. Takes no gradient.</param>
    /// <param name="window">Number of positions a query sees, its own included; as long as the sequence or longer: all before it.</param>
    /// <param name="activation">Sigmoid, or softmax over the window.</param>
    /// <param name="scale">Factor of the products; null: 1/√head_dim.</param>
    /// <returns>[batch, length, heads, head_dim].</returns>
    public static Tensor SlidingWindowAttention(
        this Tensor query,
        Tensor key,
        Tensor value,
        Tensor? slopes,
        int window,
        ScoreActivation activation = ScoreActivation.Sigmoid,
        float? scale = null) => throw new NotImplementedException();
}
