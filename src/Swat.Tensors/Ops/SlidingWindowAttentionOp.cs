using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.Attention;
using Swat.Tensors.Ops.Attention.Portable;

namespace Swat.Tensors.Ops;

/// <summary>
/// Sliding-window attention with a slope per head (arXiv 2502.18845, equation 5), in O(length·window) work and O(length) memory.
/// <para>
/// o_m = Σ_n P[m, n]·v_n over max(0, m - w + 1) ≤ n ≤ m, with the score S[m, n] = scale·(q_m·k_n) + slope·(m - n) and
/// P = sigmoid(S), or softmax of S over n.
/// </para>
/// <para>
/// With dP = dO·Vᵀ: dV = Pᵀ·dO, dQ = scale·dS·K, dK = scale·dSᵀ·Q. Sigmoid: dS = dP∘P∘(1 - P), and nothing but q, k and v is saved.
/// Softmax: dS = P∘(dP - Σ_d dO∘O), and the output and the logarithm of each query's sum of exponentials are saved, too. The backward pass
/// computes the scores again.
/// </para>
/// <para>
/// Kernels: <see cref="AttentionKernels"/>. Work counted in multiplications and additions over the pairs of a window: 4·head_dim per pair
/// forward, 6·head_dim for dQ and 8·head_dim for dK and dV where the two are computed apart.
/// </para>
/// </summary>
public static class SlidingWindowAttentionOp
{
    private const string Operation = "sliding_window_attention";

    /// <summary>
    /// Attention of every query to itself and the window - 1 positions before it, with the score
    /// scale·(q·k) + slope·(m - n), m the query's position and n the key's.
    /// </summary>
    /// <param name="query">[batch, length, heads, head_dim]; head_dim is 16, 32, 48, 64, 80, 96, 128 or 256.</param>
    /// <param name="key">[batch, length, kv_heads, head_dim]; kv_heads divides heads, and query head h reads head h / (heads / kv_heads).</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="slopes">Float32 [heads], added per token of distance; null: none. Takes no gradient.</param>
    /// <param name="window">Number of positions a query sees, its own included; as long as the sequence or longer: all before it.</param>
    /// <param name="activation">Sigmoid, or softmax over the window.</param>
    /// <param name="scale">Factor of the products; null: 1/√head_dim.</param>
    /// <param name="documents">
    /// Where the documents of the sequences begin and end: a query sees none but its own. Null: each sequence is one document. They must
    /// live until the backward pass.
    /// </param>
    /// <returns>[batch, length, heads, head_dim].</returns>
    public static Tensor SlidingWindowAttention(
        this Tensor query,
        Tensor key,
        Tensor value,
        Tensor? slopes,
        int window,
        ScoreActivation activation = ScoreActivation.Sigmoid,
        float? scale = null,
        AttentionDocuments? documents = null)
    {
        CheckArguments(query, key, value, slopes, window, documents);
        var headDim = query.Shape[3];
        var shape = new AttentionShape(
            query.Shape[1],
            query.Shape[2],
            key.Shape[2],
            Math.Min(window, Math.Max(1, query.Shape[1])),
            slopes is null ? 0 : 1,
            documents is null ? 0 : 1,
            scale ?? 1 / MathF.Sqrt(headDim));
        var output = Tensor.Empty(query.Device, query.Shape, query.DType);
        var inputs = new AttentionInputs(query, key, value, slopes, shape, documents);
        if (activation == ScoreActivation.Sigmoid)
        {
            if (output.Count > 0)
                AttentionKernels.Forward<No>(inputs, output, null);
            return Tape.Record(Operation, [query, key, value], output, Saved(query, key, value, slopes), context => Backward<No>(context, shape, documents));
        }

        using var logSums = Tensor.Empty(query.Device, [query.Shape[0], query.Shape[2], query.Shape[1]]);
        using var residual = Tape.Records(query, key, value) && AttentionKernels.KeepsResidual(inputs)
            ? Tensor.Empty(query.Device, query.Shape, query.DType)
            : null;
        if (output.Count > 0)
            AttentionKernels.Forward<Yes>(inputs, output, logSums, residual);
        var hasResidual = residual is not null;
        Tensor[] statistics = hasResidual ? [output, logSums, residual!] : [output, logSums];
        return Tape.Record(
            Operation,
            [query, key, value],
            output,
            [.. Saved(query, key, value, slopes), .. statistics],
            context => Backward<Yes>(context, shape, documents, hasResidual));
    }

    private static Tensor[] Saved(Tensor query, Tensor key, Tensor value, Tensor? slopes) =>
        slopes is null ? [query, key, value] : [query, key, value, slopes];

    private static void CheckArguments(Tensor query, Tensor key, Tensor value, Tensor? slopes, int window, AttentionDocuments? documents)
    {
        Check.FloatingPoint(Operation, query);
        Check.Rank(Operation, query, 4, "[batch, length, heads, head_dim]");
        Check.Rank(Operation, key, 4, "[batch, length, kv_heads, head_dim]");
        Check.Alike(Operation, key, value);
        Check.SameType(Operation, query, key);
        Check.SameDevice(Operation, query, key);
        if (query.Shape[..2] != key.Shape[..2] || query.Shape[3] != key.Shape[3])
            throw new ArgumentException($"{Operation}: query {query.Shape} and key {key.Shape} may differ in the number of heads alone");
        if (key.Shape[2] == 0 || query.Shape[2] % key.Shape[2] != 0)
            throw new ArgumentException($"{Operation}: the {key.Shape[2]} key heads do not divide the {query.Shape[2]} query heads");
        if (query.Shape[3] is not (16 or 32 or 48 or 64 or 80 or 96 or 128 or 256))
            throw new ArgumentException($"{Operation}: the head dimension is {query.Shape[3]}; it can be 16, 32, 48, 64, 80, 96, 128 or 256");
        if (window < 1)
            throw new ArgumentException($"{Operation}: the window is {window} positions; the least is 1, the query's own");
        if (documents is not null)
        {
            Check.SameDevice(Operation, query, documents.First);
            if (documents.First.Shape != query.Shape[..2])
            {
                throw new ArgumentException(
                    $"{Operation}: the documents are of {documents.First.Shape[0]} sequences of {documents.First.Shape[1]} tokens; the query is {query.Shape}");
            }
        }

        if (slopes is null)
            return;
        Check.Type(Operation, slopes, DType.Float32);
        Check.SameDevice(Operation, query, slopes);
        if (slopes.Shape != new Shape(query.Shape[2]))
            throw new ArgumentException($"{Operation}: the slopes {slopes.Shape} must hold one number for each of the {query.Shape[2]} heads");
    }

    private static void Backward<TSoftmax>(
        BackwardContext context, AttentionShape shape, AttentionDocuments? documents, bool hasResidual = false)
        where TSoftmax : struct, IFlag
    {
        var (query, key, value) = (context.Saved(0), context.Saved(1), context.Saved(2));
        var slopes = shape.HasSlopes != 0 ? context.Saved(3) : null;
        var outputGradient = context.OutputGradient;
        Tensor? logSums = null;
        Tensor? deltas = null;
        if (TSoftmax.Value)
        {
            logSums = context.Saved(4 + shape.HasSlopes);
            deltas = Tensor.Empty(query.Device, logSums.Shape);
            if (query.Count > 0)
            {
                var residual = hasResidual ? context.Saved(5 + shape.HasSlopes) : null;
                AttentionDelta.Launch(context.Saved(3 + shape.HasSlopes), residual, outputGradient, deltas);
            }
        }

        var needsKey = context.Needs(1) || context.Needs(2);
        var gradients = new AttentionGradients(
            outputGradient,
            logSums,
            deltas,
            Query: context.Needs(0) ? Tensor.Empty(query.Device, query.Shape, query.DType) : null,
            Key: needsKey ? Tensor.Empty(query.Device, key.Shape, key.DType) : null,
            Value: needsKey ? Tensor.Empty(query.Device, key.Shape, key.DType) : null);
        if (query.Count > 0)
            AttentionKernels.Backward<TSoftmax>(new(query, key, value, slopes, shape, documents), gradients);
        if (gradients.Query is not null)
            context.Accumulate(0, gradients.Query);
        if (gradients.Key is not null && context.Needs(1))
            context.Accumulate(1, gradients.Key);
        if (gradients.Value is not null && context.Needs(2))
            context.Accumulate(2, gradients.Value);
    }
}
