using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Model.Generation;

/// <summary>Runs a model over texts that grow: each token is computed once, from cached keys and values, and gives the logits that the full forward pass would.</summary>
/// <remarks>
/// Holds, for each layer and sequence, window - 1 + block length positions of keys and values. Several texts of different lengths run side by side.
/// </remarks>
public sealed class SwatDecoder : IDisposable
{
    /// <summary>Tokens of a text that pass through the layers together when a prompt is read.</summary>
    public const int DefaultBlockLength = 128;

    private readonly SwatModel _model;
    private readonly RingAttention _attention;
    private readonly int _blockLength;
    private readonly float[] _logits;
    private RecordedToken? _recorded;
    private int _unrecordedTokens;

    /// <param name="model">Must outlive the decoder.</param>
    /// <param name="sequences">Texts side by side.</param>
    /// <param name="blockLength">Tokens of a text that pass through the layers together when a prompt is read.</param>
    /// <param name="cacheType">
    /// Of the keys and values that are kept, a floating-point type. 16 bits take half the memory and half the time to read, and round them.
    /// </param>
    public SwatDecoder(SwatModel model, int sequences = 1, int blockLength = DefaultBlockLength, DType cacheType = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequences);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockLength);
        if (!cacheType.IsFloatingPoint)
            throw new ArgumentException($"The cache is to hold {cacheType}; it can be a floating-point type.", nameof(cacheType));
        _model = model;
        _blockLength = blockLength;
        _attention = new RingAttention(model, sequences, blockLength, cacheType);
        _logits = new float[checked(sequences * model.Config.VocabSize)];
        Sequences = sequences;
    }

    /// <summary>Texts side by side.</summary>
    public int Sequences { get; }

    /// <summary>Tokens of each text so far.</summary>
    public IReadOnlyList<long> Positions => _attention.Positions;

    /// <summary>Appends tokens to the texts and computes what follows each.</summary>
    /// <param name="tokens">For each text, any number of tokens; none leaves it as it is.</param>
    /// <returns>[sequences, vocabulary]: the logits of the token that follows each text; without meaning for a text that got no tokens. Valid until the next call.</returns>
    /// <exception cref="ArgumentException">Not one list for each text, or no token at all.</exception>
    public ReadOnlyMemory<float> Append(IReadOnlyList<ReadOnlyMemory<int>> tokens)
    {
        if (tokens.Count != Sequences)
            throw new ArgumentException($"{tokens.Count} lists of tokens for {Sequences} sequences.", nameof(tokens));
        int longest = tokens.Max(list => list.Length);
        if (longest == 0)
            throw new ArgumentException("There is no token to append.", nameof(tokens));
        using var noGradients = _model.Device.NoGrad();
        int blocks = (longest + _blockLength - 1) / _blockLength;
        for (int block = blocks - 1; block >= 0; block--)
            RunBlock(tokens, block);
        return _logits;
    }

    /// <summary>Frees the cache.</summary>
    public void Dispose()
    {
        _recorded?.Dispose();
        _attention.Dispose();
    }

    /// <summary>Runs one block of each text. Blocks are counted from the end, so that all texts end in the last one, block 0.</summary>
    private void RunBlock(IReadOnlyList<ReadOnlyMemory<int>> tokens, int block)
    {
        var parts = tokens.Select(list => Part(list, block)).ToArray();
        int[] counts = [.. parts.Select(part => part.Length)];
        int length = counts.Max();
        var padded = new int[Sequences * length];
        for (int sequence = 0; sequence < Sequences; sequence++)
            parts[sequence].CopyTo(padded.AsMemory(sequence * length));
        _attention.Begin(length, counts);
        if (length == 1 && block == 0)
            RunToken(padded);
        else
            RunTokens(padded, length, counts, isLast: block == 0);
        _attention.End();
    }

    private void RunTokens(int[] tokens, int length, int[] counts, bool isLast)
    {
        using var scope = _model.Device.Scope();
        var hidden = _model.Hidden(Tensor.FromArray(_model.Device, tokens, [Sequences, length]), _attention, DType.Float32);
        if (isLast)
            ReadLogits(hidden, counts);
    }

    /// <summary>One token of each text: the first such pass compiles what it needs, the second is recorded, all others are replayed.</summary>
    private void RunToken(int[] tokens)
    {
        if (_recorded is not null && _recorded.Capacity != _attention.Capacity)
        {
            _recorded.Dispose();
            _recorded = null;
            _unrecordedTokens = 1;
        }

        if (_recorded is null && _unrecordedTokens == 1)
            _recorded = RecordedToken.TryCreate(_model.Device, Sequences, _attention.Capacity, TokenLogits);
        if (_recorded is not null)
        {
            _recorded.Run(tokens, _logits);
            return;
        }

        using var scope = _model.Device.Scope();
        TokenLogits(Tensor.FromArray(_model.Device, tokens, [Sequences, 1])).CopyTo(_logits);
        _unrecordedTokens++;
    }

    /// <param name="tokens">[sequences, 1].</param>
    /// <returns>[sequences, vocabulary].</returns>
    private Tensor TokenLogits(Tensor tokens)
    {
        var hidden = _model.Hidden(tokens, _attention, DType.Float32);
        return _model.Logits(hidden.Reshape([Sequences, hidden.Shape[2]]));
    }

    private ReadOnlyMemory<int> Part(ReadOnlyMemory<int> tokens, int block)
    {
        long end = tokens.Length - ((long)block * _blockLength);
        return end <= 0 ? default : tokens[(int)Math.Max(0, end - _blockLength)..(int)end];
    }

    /// <summary>The logits after the last token of each text: lm_head works on those rows alone.</summary>
    private void ReadLogits(Tensor hidden, int[] counts)
    {
        int length = hidden.Shape[1];
        int[] rows = [.. counts.Select((count, sequence) => (sequence * length) + Math.Max(0, count - 1))];
        var last = hidden.Reshape([Sequences * length, hidden.Shape[2]]).Embedding(Tensor.FromArray(_model.Device, rows, [Sequences]));
        _model.Logits(last).CopyTo(_logits);
    }
}
