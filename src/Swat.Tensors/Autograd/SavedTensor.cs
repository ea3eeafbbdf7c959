namespace Swat.Tensors.Autograd;

/// <summary>
/// What an operation keeps for its derivative: a handle of its own and the version of the content it saw, or the node that computes it again.
/// </summary>
internal readonly struct SavedTensor
{
    private readonly GraphNode? producer;
    private readonly Tensor? tensor;
    private readonly int version;

    public SavedTensor(Tensor saved)
    {
        if (saved.Device.RecomputesMemoryBound && saved.GraphValue?.Producer is { CanRecompute: true } recomputing)
        {
            producer = recomputing;
            return;
        }

        tensor = saved.Share();
        version = tensor.Storage.Version;
    }

    /// <exception cref="InvalidOperationException">The elements were changed in place since.</exception>
    public Tensor Read(TensorDevice device, string operation)
    {
        if (producer is not null)
            return producer.Recompute(device);
        if (tensor!.Storage.Version != version)
        {
            throw new InvalidOperationException(
                $"backward of {operation}: a tensor {tensor.DType}{tensor.Shape} that it saved was changed in place after " +
                "the forward pass; change parameters after Backward, or work on a Clone()");
        }

        return tensor;
    }

    public void Release() => tensor?.Dispose();
}
