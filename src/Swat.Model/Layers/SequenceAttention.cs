using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Model.Layers;

/// <summary>Attention inside whole sequences, each of which begins at position 0.</summary>
internal sealed class SequenceAttention : IAttentionCore, IDisposable
{
    private readonly SwatConfig _config;
    private readonly TensorDevice _device;
    private readonly ScoreActivation _activation;
    private RotaryTable? _rotary;

    public SequenceAttention(SwatConfig config, TensorDevice device)
    {
        _config = config;
        _device = device;
        _activation = config.AttentionActivation == AttentionActivation.Sigmoid ? ScoreActivation.Sigmoid : ScoreActivation.Softmax;
        float[] slopes = config.Slopes();
        if (slopes.Any(slope => slope != 0))
            Slopes = MemoryScope.Keep(Tensor.FromArray(device, slopes, [slopes.Length]));
    }

    /// <summary>[heads]; null where all are 0.</summary>
    public Tensor? Slopes { get; }

    /// <inheritdoc/>
    public (Tensor Query, Tensor Key, Tensor Value) Split(Tensor projections, bool rotate) =>
        projections.SplitHeads(_config.NumHeads, _config.KvHeads, rotate && _config.Rope ? Rotary(projections.Shape[1]) : null);

    /// <inheritdoc/>
    public Tensor Rotate(Tensor heads) => _config.Rope ? heads.Rotary(Rotary(heads.Shape[1])) : heads;

    /// <inheritdoc/>
    public Tensor Attend(Tensor query, Tensor key, Tensor value, int layer) => Attend(query, key, value, documents: null);

    /// <inheritdoc cref="IAttentionCore.Attend"/>
    /// <param name="query">[batch, length, heads, head_dim], rotated.</param>
    /// <param name="key">[batch, length, kv_heads, head_dim], rotated.</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="documents">Attention reaches from none into another; null: each sequence is one.</param>
    public Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionDocuments? documents)
    {
        int length = query.Shape[1];
        return query.SlidingWindowAttention(key, value, Slopes, Math.Min(_config.WindowSize ?? length, length), _activation, documents: documents);
    }

    public void Dispose()
    {
        Slopes?.Dispose();
        _rotary?.Dispose();
    }

    /// <summary>Angles for at least <paramref name="length"/> positions; a longer sequence at least doubles them.</summary>
    private RotaryTable Rotary(int length)
    {
        if (_rotary?.Positions >= length)
            return _rotary;
        long doubled = 2L * (_rotary?.Positions ?? 0);
        int positions = (int)Math.Min(int.MaxValue, Math.Max(Math.Max(length, _config.MaxPositionEmbeddings), doubled));
        _rotary?.Dispose();
        return _rotary = new RotaryTable(_device, positions, _config.HeadDim, _config.RopeTheta);
    }
}
