using Swat.Tensors;

namespace Swat.Model.Generation;

/// <summary>The pass of one token of each text through the model, recorded, so that it runs again as one piece of the device's work.</summary>
internal sealed class RecordedToken : IDisposable
{
    private readonly Tensor _tokens;
    private readonly DeviceGraph _graph;
    private readonly Tensor _logits;

    private RecordedToken(Tensor tokens, DeviceGraph graph, Tensor logits, int capacity)
    {
        _tokens = tokens;
        _graph = graph;
        _logits = logits;
        Capacity = capacity;
    }

    /// <summary>The rings' capacity when it was recorded; with another one the recording is of no use.</summary>
    public int Capacity { get; }

    /// <summary>Records the pass; its kernels must have run before.</summary>
    /// <param name="device">Of the model.</param>
    /// <param name="sequences">Texts side by side.</param>
    /// <param name="capacity">Of the rings.</param>
    /// <param name="pass">Computes the logits [sequences, vocabulary] of tokens [sequences, 1].</param>
    /// <returns>null where the device records nothing.</returns>
    public static RecordedToken? TryCreate(TensorDevice device, int sequences, int capacity, Func<Tensor, Tensor> pass)
    {
        var tokens = MemoryScope.Keep(Tensor.Empty(device, [sequences, 1], DType.Int32));
        Tensor? logits = null;
        var graph = device.TryRecord(() =>
        {
            using var scope = device.Scope();
            logits = MemoryScope.Keep(scope.Return(pass(tokens)));
        });
        if (graph is not null)
            return new(tokens, graph, logits!, capacity);
        tokens.Dispose();
        return null;
    }

    /// <summary>Runs the pass and waits for its logits.</summary>
    /// <param name="tokens">One for each text.</param>
    /// <param name="logits">[sequences, vocabulary].</param>
    public void Run(ReadOnlySpan<int> tokens, float[] logits)
    {
        _tokens.CopyFrom(tokens);
        _graph.Launch();
        _logits.CopyTo(logits);
    }

    public void Dispose()
    {
        _logits.Dispose();
        _graph.Dispose();
        _tokens.Dispose();
    }
}
