using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Model.Layers;

/// <summary>What the attention of all layers shares: slopes, rotary angles, window and activation.</summary>
internal sealed class AttentionContext : IDisposable
{
    private readonly SwatConfig _config;
    private readonly TensorDevice _device;
    private RotaryTable? _rotary;

    public AttentionContext(SwatConfig config, TensorDevice device)
    {
        _config = config;
        _device = device;
        float[] slopes = config.Slopes();
        if (slopes.Any(slope => slope != 0))
            Slopes = MemoryScope.Keep(Tensor.FromArray(device, slopes, [slopes.Length]));
        Activation = config.AttentionActivation == AttentionActivation.Sigmoid ? ScoreActivation.Sigmoid : ScoreActivation.Softmax;
    }

    /// <summary>[heads]; null where all are 0.</summary>
    public Tensor? Slopes { get; }

    public ScoreActivation Activation { get; }

    /// <summary>Window in tokens, the query's own included.</summary>
    public int Window => _config.WindowSize ?? int.MaxValue;

    /// <summary>Angles for at least as many positions as <see cref="Prepare"/> was told; null without rotary embedding.</summary>
    public RotaryTable? Rotary => _rotary;

    /// <summary>Makes the angles reach <paramref name="length"/> positions; they grow to twice as many, so that growing token by token stays cheap.</summary>
    public void Prepare(int length)
    {
        if (!_config.Rope || _rotary?.Positions >= length)
            return;
        int positions = Math.Max(length, Math.Max(_config.MaxPositionEmbeddings, (int)Math.Min(int.MaxValue, 2L * (_rotary?.Positions ?? 0))));
        _rotary?.Dispose();
        _rotary = new RotaryTable(_device, positions, _config.HeadDim, _config.RopeTheta);
    }

    public void Dispose()
    {
        Slopes?.Dispose();
        _rotary?.Dispose();
    }
}
