namespace Swat.Gpu.Runtime;

/// <summary>A launch with arguments or a configuration that the kernel or the device cannot take; names the kernel.</summary>
public sealed class KernelLaunchException : AcceleratorException
{
    internal KernelLaunchException(string message)
        : base(message)
    {
    }
}
