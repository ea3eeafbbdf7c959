using System.Collections.Immutable;
using System.Text.Json;

namespace Swat.Model;

/// <summary>The shape of a SWAT model: the fields of Hugging Face's config.json with <c>model_type</c> "swat".</summary>
/// <remarks>
/// Reading and writing config.json is in <see cref="SwatConfigJson"/>. A record made in code is checked by <see cref="Validate"/>;
/// one read from a file has been checked already.
/// </remarks>
public sealed record SwatConfig
{
    private const int MaximumLayers = 4096;

    /// <summary>Width of the residual stream, in channels.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int NumLayers { get; init; }

    /// <summary>Query heads a layer; divides <see cref="HiddenSize"/>.</summary>
    public required int NumHeads { get; init; }

    /// <summary>Rows of the embedding table and of lm_head.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Key/value heads a layer; divides <see cref="NumHeads"/>. Null: as many as query heads.</summary>
    public int? NumKvHeads { get; init; }

    /// <summary>Whether the q, k and v projections have biases.</summary>
    public bool QkvBias { get; init; }

    /// <summary>Whether q and k pass through an RMSNorm over the head's channels (eps 1e-5) before the rotary embedding.</summary>
    public bool QkNorm { get; init; }

    /// <summary>Attention window in tokens, the query's own position included. Null: all of the past.</summary>
    public int? WindowSize { get; init; }

    /// <summary>Base of the rotary position embedding.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Whether queries and keys carry the rotary position embedding.</summary>
    public bool Rope { get; init; } = true;

    /// <summary>The sequence length, in tokens, that the model is meant for.</summary>
    public int MaxPositionEmbeddings { get; init; } = 2048;

    /// <summary>Ratio that gives the feed-forward width where <see cref="IntermediateSize"/> is null.</summary>
    public double? HiddenRatio { get; init; } = 4;

    /// <summary>Feed-forward width; null: 256·ceil(int(hidden·ratio·2/3)/256).</summary>
    public int? IntermediateSize { get; init; }

    /// <summary>Activation of the gate: "swish" (or its other name "silu").</summary>
    public string HiddenAct { get; init; } = "swish";

    /// <summary>Standard deviation of the matrices and the embedding table at initialisation.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Epsilon of the RMSNorms over the residual stream.</summary>
    public double NormEps { get; init; } = 1e-6;

    /// <summary>Whether lm_head is the embedding table itself.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Id of the token that begins a text; null: none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Id of the token that ends a text; null: none.</summary>
    public int? EosTokenId { get; init; }

    /// <summary>Id of the padding token; null: none.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>What turns attention scores into weights.</summary>
    public AttentionActivation AttentionActivation { get; init; } = AttentionActivation.Sigmoid;

    /// <summary>Directions of the heads' slopes.</summary>
    public AlibiPattern Alibi { get; init; } = AlibiPattern.Balanced;

    /// <summary>Sizes of the heads' slopes.</summary>
    public AlibiScale AlibiScale { get; init; } = AlibiScale.Paper;

    /// <summary>One slope a head; overrides <see cref="Alibi"/> and <see cref="AlibiScale"/>. Null: not given.</summary>
    public ImmutableArray<double>? AlibiSlopes { get; init; }

    /// <summary>Fields of config.json that this library does not know, in their order; they are written back unchanged.</summary>
    public ImmutableArray<KeyValuePair<string, JsonElement>> UnknownFields { get; init; } = [];

    /// <summary>Channels of one head.</summary>
    public int HeadDim => HiddenSize / NumHeads;

    /// <summary><see cref="NumKvHeads"/> with its default resolved.</summary>
    public int KvHeads => NumKvHeads ?? NumHeads;

    /// <summary><see cref="IntermediateSize"/> with its default resolved.</summary>
    public int FeedForwardSize => IntermediateSize ?? (int)Math.Min(int.MaxValue, 256 * (long)Math.Ceiling((long)(HiddenSize * (HiddenRatio ?? 4) * 2 / 3) / 256.0));

    /// <summary>The slope of each query head: s in s·(m-n), added to the score of query position m and key position n.</summary>
    public float[] Slopes() => AlibiSlopes is { } given ? [.. given.Select(slope => (float)slope)] : Alibi.Slopes(NumHeads, AlibiScale);

    /// <summary>Name and shape of each parameter, in the order of the forward pass; matrices are [outputs, inputs].</summary>
    public IEnumerable<(string Name, int[] Shape)> Parameters()
    {
        yield return ("model.embeddings.weight", [VocabSize, HiddenSize]);
        int kvWidth = KvHeads * HeadDim;
        for (int layer = 0; layer < NumLayers; layer++)
        {
            string prefix = $"model.layers.{layer}.";
            yield return (prefix + "attn_norm.weight", [HiddenSize]);
            yield return (prefix + "attn.q_proj.weight", [HiddenSize, HiddenSize]);
            yield return (prefix + "attn.k_proj.weight", [kvWidth, HiddenSize]);
            yield return (prefix + "attn.v_proj.weight", [kvWidth, HiddenSize]);
            if (QkvBias)
            {
                yield return (prefix + "attn.q_proj.bias", [HiddenSize]);
                yield return (prefix + "attn.k_proj.bias", [kvWidth]);
                yield return (prefix + "attn.v_proj.bias", [kvWidth]);
            }

            if (QkNorm)
            {
                yield return (prefix + "attn.q_norm.weight", [HeadDim]);
                yield return (prefix + "attn.k_norm.weight", [HeadDim]);
            }

            yield return (prefix + "attn.o_proj.weight", [HiddenSize, HiddenSize]);
            yield return (prefix + "mlp_norm.weight", [HiddenSize]);
            yield return (prefix + "mlp.gate_proj.weight", [FeedForwardSize, HiddenSize]);
            yield return (prefix + "mlp.up_proj.weight", [FeedForwardSize, HiddenSize]);
            yield return (prefix + "mlp.down_proj.weight", [HiddenSize, FeedForwardSize]);
        }

        yield return ("model.norm.weight", [HiddenSize]);
        if (!TieWordEmbeddings)
            yield return ("lm_head.weight", [VocabSize, HiddenSize]);
    }

    /// <summary>Number of trained numbers; a tied table counts once.</summary>
    public long ParameterCount() => Parameters().Sum(parameter => parameter.Shape.Aggregate(1L, (product, extent) => product * extent));

    /// <summary>Everything that makes this configuration unusable, each naming the field, its value and the way out; empty where it is sound.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        RequirePositive("hidden_size", HiddenSize);
        RequirePositive("num_hidden_layers", NumLayers);
        Require(NumLayers <= MaximumLayers, $"num_hidden_layers is {NumLayers}; at most {MaximumLayers} are supported");
        RequirePositive("num_heads", NumHeads);
        RequirePositive("vocab_size", VocabSize);
        RequirePositive("max_position_embeddings", MaxPositionEmbeddings);
        RequirePositive("num_kv_heads", NumKvHeads ?? 1);
        RequirePositive("intermediate_size", IntermediateSize ?? 1);
        Require(WindowSize is null or >= 1, $"window_size is {WindowSize}; a window holds at least the token itself (1), and null means all of the past");
        if (HiddenSize > 0 && NumHeads > 0)
        {
            Require(HiddenSize % NumHeads == 0, $"num_heads {NumHeads} does not divide hidden_size {HiddenSize}; choose a number of heads that divides the width");
            Require(!Rope || HiddenSize % NumHeads != 0 || HeadDim % 2 == 0, $"rope pairs the channels of a head, and hidden_size {HiddenSize} / num_heads {NumHeads} = {HeadDim} is odd; choose an even head width or rope false");
            Require(NumKvHeads is not > 0 || NumHeads % NumKvHeads == 0, $"num_kv_heads {NumKvHeads} does not divide num_heads {NumHeads}; each key/value head serves the same number of query heads");
            if (AlibiSlopes is { } slopes)
            {
                Require(slopes.Length == NumHeads, $"alibi_slopes has {slopes.Length} numbers; num_heads {NumHeads} needs one for each head");
                Require(slopes.All(double.IsFinite), "alibi_slopes holds a number that is not finite");
            }
            else
            {
                Require(Alibi.Fits(NumHeads), $"alibi \"{Alibi}\" does not add up to num_heads {NumHeads}");
            }
        }

        Require(IntermediateSize is not null || HiddenRatio is > 0 and <= 1024, $"hidden_ratio {HiddenRatio} gives no feed-forward width; give intermediate_size or a ratio above 0");
        Require(double.IsFinite(RopeTheta) && RopeTheta > 0, $"rope_theta is {RopeTheta}; it is the base of the rotary frequencies and must be above 0");
        Require(double.IsFinite(NormEps) && NormEps >= 0, $"norm_eps is {NormEps}; it must not be negative");
        Require(double.IsFinite(InitializerRange) && InitializerRange >= 0, $"initializer_range is {InitializerRange}; it is a standard deviation and must not be negative");
        Require(HiddenAct is "swish" or "silu", $"hidden_act \"{HiddenAct}\" is not supported; SWAT's feed-forward layer uses \"swish\"");
        RequireToken("bos_token_id", BosTokenId);
        RequireToken("eos_token_id", EosTokenId);
        RequireToken("pad_token_id", PadTokenId);
        if (problems.Count == 0)
        {
            long largest = Math.Max((long)VocabSize * HiddenSize, (long)FeedForwardSize * HiddenSize);
            Require(largest <= int.MaxValue, $"a matrix of this shape has {largest} elements, more than the {int.MaxValue} that one tensor can hold");
        }

        return problems;

        void Require(bool condition, string problem)
        {
            if (!condition)
                problems.Add(problem);
        }

        void RequirePositive(string field, int value) => Require(value > 0, $"{field} is {value}; it must be at least 1");

        void RequireToken(string field, int? id) =>
            Require(id is null || (id >= 0 && (id < VocabSize || VocabSize <= 0)), $"{field} {id} is outside the vocabulary of {VocabSize} tokens");
    }

    /// <summary>Throws where <see cref="Problems"/> finds any.</summary>
    /// <param name="source">What the message names as the configuration's origin: a file or an option.</param>
    /// <exception cref="ModelFormatException">Lists all problems.</exception>
    public SwatConfig Validate(string source = "model configuration")
    {
        var problems = Problems();
        return problems.Count == 0 ? this : throw new ModelFormatException(source, problems);
    }
}
