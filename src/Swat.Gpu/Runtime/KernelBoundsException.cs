namespace Swat.Gpu.Runtime;

/// <summary>
/// A kernel accessed an element outside its view. Checked on the CPU accelerator of a context that is built with
/// <see cref="OptimizationLevel.Debug"/>.
/// </summary>
public sealed class KernelBoundsException : AcceleratorException
{
    internal KernelBoundsException(string message)
        : base(message)
    {
    }
}
