namespace Swat.Tensors;

/// <summary>While open, no tape of its device records.</summary>
public sealed class NoGradScope : IDisposable
{
    private readonly TensorDevice device;
    private bool isDisposed;

    internal NoGradScope(TensorDevice device)
    {
        this.device = device;
        device.NoGradDepth++;
    }

    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        device.NoGradDepth--;
    }
}
