using Swat.Model.Layers;
using Swat.Tensors;
using Swat.Tensors.Numerics;
using Swat.Tensors.Ops;

namespace Swat.Model.Generation;

/// <summary>
/// Attention of new tokens to those before them, whose keys and values each layer keeps in a ring: memory and time a token do not grow
/// with the text. Keys are kept rotated by their absolute position; scores depend on differences of positions alone.
/// </summary>
/// <remarks>Without a window the rings hold everything and double when they are full.</remarks>
internal sealed class RingAttention : IAttentionCore, IDisposable
{
    private const int InitialUnlimitedCapacity = 256;

    private readonly SwatModel _model;
    private readonly DType _type;
    private readonly int _sequences;
    private readonly long[] _positions;
    private readonly Tensor _control;
    private readonly Ring[] _rings;
    private int _capacity;
    private int[] _counts = [];
    private RotaryTable? _blockRotary;
    private RotaryTable? _tokenRotary;
    private RotaryTable? _rotary;

    /// <param name="model">Gives shape, slopes and device.</param>
    /// <param name="sequences">Texts side by side.</param>
    /// <param name="blockLength">Tokens that one call brings for each text at most.</param>
    /// <param name="type">Of the cached keys and values.</param>
    public RingAttention(SwatModel model, int sequences, int blockLength, DType type)
    {
        if (model.Config.HeadDim > RingKernels.GroupSize)
            throw new NotSupportedException($"Generation supports heads of up to {RingKernels.GroupSize} channels; this model has {model.Config.HeadDim}.");
        _model = model;
        _type = type;
        _sequences = sequences;
        _positions = new long[sequences];
        _capacity = model.Config.WindowSize is { } window ? checked(window - 1 + blockLength) : Math.Max(InitialUnlimitedCapacity, blockLength);
        _control = MemoryScope.Keep(Tensor.Empty(model.Device, [sequences, RingKernels.ControlCount], DType.Int32));
        _rings = [.. Enumerable.Range(0, model.Config.NumLayers).Select(_ => CreateRing(_capacity))];
    }

    /// <summary>Tokens of each sequence so far.</summary>
    public IReadOnlyList<long> Positions => _positions;

    /// <summary>Positions that the rings hold; where it grows, they have moved to other memory.</summary>
    public int Capacity => _capacity;

    /// <summary>Announces the tokens of the next pass through the layers.</summary>
    /// <param name="length">Tokens of each sequence, padding included.</param>
    /// <param name="counts">How many of them are the sequence's own; the others lie behind them.</param>
    public void Begin(int length, int[] counts)
    {
        if (_model.Config.WindowSize is null)
            Reserve(_positions.Max() + length);
        _counts = counts;
        var control = new int[_sequences * RingKernels.ControlCount];
        for (int sequence = 0; sequence < _sequences; sequence++)
        {
            int start = sequence * RingKernels.ControlCount;
            control[start] = (int)(_positions[sequence] % _capacity);
            control[start + 1] = (int)Math.Min(_positions[sequence], Window - 1);
            control[start + 2] = counts[sequence];
        }

        _control.CopyFrom(control);
        if (_model.Config.Rope)
            MoveRotary(length);
    }

    /// <summary>The tokens announced last have passed all layers.</summary>
    public void End()
    {
        for (int sequence = 0; sequence < _sequences; sequence++)
            _positions[sequence] += _counts[sequence];
    }

    /// <inheritdoc/>
    public (Tensor Query, Tensor Key, Tensor Value) Split(Tensor projections, bool rotate)
    {
        // The rows of the table are the tokens of all sequences in order, each at a position of its own.
        int tokens = projections.Shape[0] * projections.Shape[1];
        var (query, key, value) = projections.Reshape([1, tokens, projections.Shape[2]])
            .SplitHeads(_model.Config.NumHeads, _model.Config.KvHeads, rotate ? _rotary : null);
        return (Batched(query), Batched(key), Batched(value));

        Tensor Batched(Tensor heads) => heads.Reshape([projections.Shape[0], projections.Shape[1], heads.Shape[2], heads.Shape[3]]);
    }

    /// <inheritdoc/>
    public Tensor Rotate(Tensor heads) =>
        _rotary is null ? heads : heads.Reshape([1, heads.Shape[0] * heads.Shape[1], heads.Shape[2], heads.Shape[3]]).Rotary(_rotary).Reshape(heads.Shape);

    /// <inheritdoc/>
    public Tensor Attend(Tensor query, Tensor key, Tensor value, int layer)
    {
        var (ring, shape) = (_rings[layer], ShapeOf(query));
        var output = Tensor.Empty(_model.Device, query.Shape);
        switch (_type)
        {
            case DType.BFloat16:
                Attend<BF16>(query, key, value, ring, output, shape);
                break;
            case DType.Float16:
                Attend<F16>(query, key, value, ring, output, shape);
                break;
            default:
                Attend<F32>(query, key, value, ring, output, shape);
                break;
        }

        return output;
    }

    public void Dispose()
    {
        foreach (var ring in _rings)
            ring.Dispose();
        _control.Dispose();
        _blockRotary?.Dispose();
        _tokenRotary?.Dispose();
    }

    private int Window => _model.Config.WindowSize ?? int.MaxValue;

    private void Attend<T>(Tensor query, Tensor key, Tensor value, Ring ring, Tensor output, RingShape shape)
        where T : unmanaged, IElement<T>
    {
        _model.Device.Launch(
            RingKernels.Append<T>,
            new KernelConfig(_sequences * shape.Length, RingKernels.GroupSize),
            key.View<float>(),
            value.View<float>(),
            ring.Keys.View<T>(),
            ring.Values.View<T>(),
            _control.View<int>(),
            shape);
        if (_model.Config.AttentionActivation == AttentionActivation.Softmax)
            Attend<T, Yes>(query, ring, output, shape);
        else
            Attend<T, No>(query, ring, output, shape);
    }

    private void Attend<T, TSoftmax>(Tensor query, Ring ring, Tensor output, RingShape shape)
        where T : unmanaged, IElement<T>
        where TSoftmax : struct, IFlag
    {
        var slopes = _model.Slopes ?? output;
        if (PackedRingKernels.TryLaunch<TSoftmax>(query, ring, slopes, _control, output, shape))
            return;
        _model.Device.Launch(
            RingKernels.Attend<T, TSoftmax>,
            new KernelConfig(new Index2D(_sequences * shape.Length, shape.Heads), new Index2D(RingKernels.GroupSize, 1)),
            query.View<float>(),
            ring.Keys.View<T>(),
            ring.Values.View<T>(),
            slopes.View<float>(),
            _control.View<int>(),
            output.View<float>(),
            shape);
    }

    private RingShape ShapeOf(Tensor query) => new()
    {
        Length = query.Shape[1],
        Capacity = _capacity,
        Window = Window,
        Heads = _model.Config.NumHeads,
        KeyHeads = _model.Config.KvHeads,
        HeadDim = _model.Config.HeadDim,
        HasSlopes = _model.Slopes is null ? 0 : 1,
        Scale = (float)(1 / Math.Sqrt(_model.Config.HeadDim)),
    };

    private void MoveRotary(int length)
    {
        var rows = new long[_sequences * length];
        for (int row = 0; row < rows.Length; row++)
            rows[row] = _positions[row / length] + (row % length);
        // Single tokens keep a table of their own, in memory that stays where it is.
        ref var table = ref length == 1 ? ref _tokenRotary : ref _blockRotary;
        if (table?.Positions == rows.Length)
        {
            table.MoveTo(rows);
        }
        else
        {
            table?.Dispose();
            table = new RotaryTable(_model.Device, rows, _model.Config.HeadDim, _model.Config.RopeTheta);
        }

        _rotary = table;
    }

    private Ring CreateRing(int capacity) => new(_model.Device, [_sequences, capacity, _model.Config.KvHeads, _model.Config.HeadDim], _type);

    /// <summary>Makes room for all positions below <paramref name="end"/>; nothing has wrapped around yet, so slots keep their numbers.</summary>
    private void Reserve(long end)
    {
        if (end <= _capacity)
            return;
        int capacity = checked((int)Math.Max(end, Math.Min(Array.MaxLength, 2L * _capacity)));
        for (int layer = 0; layer < _rings.Length; layer++)
        {
            var larger = CreateRing(capacity);
            _rings[layer].CopyTo(larger);
            _rings[layer].Dispose();
            _rings[layer] = larger;
        }

        _capacity = capacity;
    }
}
