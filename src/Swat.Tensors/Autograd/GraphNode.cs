namespace Swat.Tensors.Autograd;

/// <summary>One recorded operation.</summary>
/// <param name="operation">Its name, for messages.</param>
/// <param name="inputs">The values it was computed from; null where no gradient is wanted.</param>
/// <param name="outputs">The values it computed.</param>
/// <param name="saved">What its derivative needs; released once it has run.</param>
/// <param name="backward">The derivative.</param>
internal sealed class GraphNode(
    string operation,
    GraphValue?[] inputs,
    GraphValue[] outputs,
    SavedTensor[] saved,
    Action<BackwardContext> backward)
{
    public string Operation { get; } = operation;

    public GraphValue?[] Inputs { get; } = inputs;

    public GraphValue[] Outputs { get; } = outputs;

    public SavedTensor[] Saved { get; private set; } = saved;

    public Action<BackwardContext> Backward { get; } = backward;

    public void Release()
    {
        foreach (var saved in Saved)
            saved.Tensor.Dispose();
        Saved = [];
        foreach (var output in Outputs)
        {
            output.Gradient?.Dispose();
            output.Gradient = null;
        }
    }
}
