namespace Swat.Tensors;

/// <summary>While open, tapes of its device record although a <see cref="NoGradScope"/> around it forbids it.</summary>
internal sealed class GradScope : IDisposable
{
    private readonly TensorDevice device;
    private readonly int depth;

    public GradScope(TensorDevice device)
    {
        this.device = device;
        depth = device.NoGradDepth;
        device.NoGradDepth = 0;
    }

    public void Dispose() => device.NoGradDepth = depth;
}
