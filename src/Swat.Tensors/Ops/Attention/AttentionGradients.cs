namespace Swat.Tensors.Ops.Attention;

/// <summary>What the derivative of attention reads beside the inputs, and what it writes.</summary>
/// <param name="Output">The gradient of the output, as the query.</param>
/// <param name="LogSums">Float32 [batch, heads, length] for softmax, as the forward pass gave them; null for sigmoid.</param>
/// <param name="Deltas">Float32 [batch, heads, length] for softmax, Σ_d dO∘O; null for sigmoid.</param>
/// <param name="Query">As the query, to be overwritten; null: not needed.</param>
/// <param name="Key">As the key, to be overwritten; null, with the next: not needed.</param>
/// <param name="Value">As the value, to be overwritten.</param>
internal readonly record struct AttentionGradients(Tensor Output, Tensor? LogSums, Tensor? Deltas, Tensor? Query, Tensor? Key, Tensor? Value);
