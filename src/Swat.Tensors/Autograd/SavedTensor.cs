namespace Swat.Tensors.Autograd;

/// <summary>What an operation keeps for its derivative: a handle of its own, and the version of the content it saw.</summary>
internal readonly struct SavedTensor(Tensor tensor)
{
    public int Version { get; } = tensor.Storage.Version;

    public Tensor Tensor { get; } = tensor.Share();
}
