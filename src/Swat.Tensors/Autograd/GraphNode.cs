namespace Swat.Tensors.Autograd;

/// <summary>One recorded operation.</summary>
/// <param name="operation">Its name, for messages.</param>
/// <param name="inputs">The values it was computed from; null where no gradient is wanted.</param>
/// <param name="outputs">The values it computed.</param>
/// <param name="saved">What its derivative needs; released once it has run.</param>
/// <param name="backward">The derivative.</param>
/// <param name="recompute">Computes the last output again from what is saved; null where that is not worth it.</param>
internal sealed class GraphNode(
    string operation,
    GraphValue?[] inputs,
    GraphValue[] outputs,
    SavedTensor[] saved,
    Action<BackwardContext> backward,
    Func<BackwardContext, Tensor>? recompute)
{
    private Tensor? recomputed;

    public string Operation { get; } = operation;

    public GraphValue?[] Inputs { get; } = inputs;

    public GraphValue[] Outputs { get; } = outputs;

    public SavedTensor[] Saved { get; private set; } = saved;

    public Action<BackwardContext> Backward { get; } = backward;

    /// <summary>Whether others need not keep the last output.</summary>
    public bool CanRecompute => recompute is not null;

    /// <summary>The last output, computed again; it stays until this node is released, as the nodes behind it are visited first.</summary>
    public Tensor Recompute(TensorDevice device)
    {
        if (recomputed is not null)
            return recomputed;
        using (device.Scope())
            return recomputed = MemoryScope.Keep(recompute!(new BackwardContext(device, this)));
    }

    public void Release()
    {
        foreach (var saved in Saved)
            saved.Release();
        Saved = [];
        ReleaseTemporaries();
    }

    /// <summary>Returns the memory of what a backward pass has made.</summary>
    public void ReleaseTemporaries()
    {
        recomputed?.Dispose();
        recomputed = null;
        foreach (var output in Outputs)
        {
            output.Gradient?.Dispose();
            output.Gradient = null;
        }
    }
}
