using Swat.Model.Layers;
using Swat.Tensors;
using Swat.Tensors.Ops;
using Swat.Tensors.Optimizers;

namespace Swat.Model;

/// <summary>The SWAT decoder: embedding, layers of sliding-window attention and gated feed-forward, final norm, lm_head.</summary>
/// <remarks>Owns its parameters; their names are those of the checkpoint. Loading and saving are in <see cref="SwatCheckpoint"/>.</remarks>
public sealed class SwatModel : IDisposable
{
    private readonly ParameterStore _parameters;
    private readonly DecoderLayer[] _layers;
    private readonly SequenceAttention _attention;

    /// <param name="config">A valid configuration.</param>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="createParameter">Makes the parameter of a name, an index in <see cref="SwatConfig.Parameters"/> and a shape; the model owns it from then on.</param>
    /// <exception cref="ModelFormatException">The configuration is not valid.</exception>
    internal SwatModel(SwatConfig config, TensorDevice device, Func<string, int, Shape, Tensor> createParameter)
    {
        Config = config.Validate();
        Device = device;
        _parameters = new ParameterStore(config, device, createParameter);
        _attention = new SequenceAttention(config, device);
        _layers = [.. Enumerable.Range(0, config.NumLayers).Select(layer => new DecoderLayer(config, _parameters, layer))];
    }

    /// <summary>The model's shape.</summary>
    public SwatConfig Config { get; }

    /// <summary>Where the parameters live.</summary>
    public TensorDevice Device { get; }

    /// <summary>
    /// The type of the activations of <see cref="Forward"/>: Float32, or a 16-bit type, with which the matrices are rounded to it for the
    /// products while the parameters, their gradients, sums and the loss stay Float32. Decoding computes in Float32.
    /// </summary>
    public DType ComputeType { get; set; } = DType.Float32;

    /// <summary>What the backward pass computes again instead of keeping it.</summary>
    /// <remarks>A property of the device for <see cref="RecomputationPolicy.Norms"/>: other computations on it follow.</remarks>
    public RecomputationPolicy Recomputation
    {
        get;
        set
        {
            field = value;
            Device.RecomputesMemoryBound = value == RecomputationPolicy.Norms;
        }
    }

    /// <summary>All parameters, each with its <see cref="Tensor.Name"/>, in the order of <see cref="SwatConfig.Parameters"/>.</summary>
    public IReadOnlyList<Tensor> Parameters => _parameters.Parameters;

    /// <summary>The parameter of this name.</summary>
    public Tensor this[string name] => _parameters[name];

    /// <summary>A fresh model: matrices and embeddings from a normal distribution of deviation <see cref="SwatConfig.InitializerRange"/>, norms 1, biases 0.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="seed">Equal seeds give equal parameters on every device.</param>
    public static SwatModel Create(SwatConfig config, TensorDevice device, ulong seed) =>
        new(config, device, (name, index, shape) => Initial(config, device, seed, name, index, shape));

    /// <summary>The logits of the next token at every position.</summary>
    /// <param name="tokens">Int32 [batch, length].</param>
    /// <param name="documents">Where the documents packed into the sequences begin and end: attention stays inside each. Null: each sequence is one.</param>
    /// <returns>[batch, length, vocabulary].</returns>
    public Tensor Forward(Tensor tokens, AttentionDocuments? documents = null) => Logits(Hidden(tokens, documents));

    /// <summary>The mean cross entropy in nats of <paramref name="targets"/> under the model's predictions.</summary>
    /// <param name="tokens">Int32 [batch, length].</param>
    /// <param name="targets">Int32 [batch, length]: the token that follows each position; positions of -100 do not count.</param>
    /// <param name="documents">As <see cref="Forward"/> has it; they must live until the backward pass.</param>
    /// <returns>One number.</returns>
    public Tensor Loss(Tensor tokens, Tensor targets, AttentionDocuments? documents = null) =>
        Hidden(tokens, documents).LinearCrossEntropy(OutputMatrix, targets);

    /// <summary>The parameters by how an optimizer treats them: matrices decay, norms, biases and the embedding table (tied or not) do not.</summary>
    /// <param name="weightDecay">Of the matrices.</param>
    public IReadOnlyList<ParameterGroup> ParameterGroups(float weightDecay)
    {
        var byDecay = Parameters.ToLookup(parameter => parameter.Shape.Rank == 2 && parameter.Name != ParameterNames.Embeddings);
        return [new([.. byDecay[true]], weightDecay), new([.. byDecay[false]], 0)];
    }

    /// <summary>Frees the parameters.</summary>
    public void Dispose()
    {
        _parameters.Dispose();
        _attention.Dispose();
    }

    /// <summary>[heads]; null where all are 0.</summary>
    internal Tensor? Slopes => _attention.Slopes;

    /// <summary>What the layers and the final norm make of the tokens.</summary>
    /// <param name="tokens">Int32 [batch, length].</param>
    /// <param name="core">The attention of the layers.</param>
    /// <param name="type">Of the activations.</param>
    /// <returns>[batch, length, hidden].</returns>
    internal Tensor Hidden(Tensor tokens, IAttentionCore core, DType type)
    {
        var stream = new ResidualStream(_parameters[ParameterNames.Embeddings].Embedding(tokens, type));
        foreach (var layer in _layers)
        {
            var before = stream;
            stream = Recomputation == RecomputationPolicy.Layers
                ? new ResidualStream(Swat.Tensors.Recomputation.Run(stream.Total(), x => layer.Forward(new ResidualStream(x), core).Total()))
                : layer.Forward(stream, core);
            before.Free();
        }

        var (last, normalized) = stream.Normalize(_parameters[ParameterNames.FinalNorm], (float)Config.NormEps);
        last.Free();
        stream.Free();
        return normalized;
    }

    /// <param name="hidden">[…, hidden], as <see cref="Hidden"/> gives it.</param>
    /// <returns>[…, vocabulary].</returns>
    internal Tensor Logits(Tensor hidden) => hidden.Linear(OutputMatrix);

    private Tensor OutputMatrix => _parameters[Config.TieWordEmbeddings ? ParameterNames.Embeddings : ParameterNames.OutputHead];

    private Tensor Hidden(Tensor tokens, AttentionDocuments? documents)
    {
        if (tokens.Shape.Rank != 2)
            throw new ArgumentException($"The model takes tokens of shape [batch, length], not {tokens.Shape}.", nameof(tokens));
        return Hidden(tokens, documents is null ? _attention : new PackedAttention(_attention, documents), ComputeType);
    }


    private static Tensor Initial(SwatConfig config, TensorDevice device, ulong seed, string name, int index, Shape shape)
    {
        if (shape.Rank == 1)
            return Tensor.Full(device, shape, name.EndsWith(".bias", StringComparison.Ordinal) ? 0 : 1);
        return Tensor.Normal(device, shape, seed, (ulong)index, standardDeviation: (float)config.InitializerRange);
    }
}
