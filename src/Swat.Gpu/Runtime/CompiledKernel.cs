namespace Swat.Gpu.Runtime;

/// <summary>A kernel in the form that one accelerator runs. Made by <see cref="Accelerator.CompileKernel"/>.</summary>
internal abstract class CompiledKernel : IDisposable
{
    public abstract KernelInfo Info { get; }

    /// <summary>
    /// Enqueues the kernel. The configuration was checked against the device's limits and is not empty. May be called by several
    /// threads at once. Errors of the driver become an <see cref="AcceleratorException"/> that names the kernel and the configuration.
    /// </summary>
    /// <param name="stream">A stream of the accelerator.</param>
    /// <param name="config">Grid, group, dynamic shared memory.</param>
    /// <param name="arguments">The argument buffer, 16-byte aligned; valid during the call only.</param>
    /// <param name="argumentBytes">As in <see cref="KernelParameterLayout.TotalBytes"/>.</param>
    public abstract unsafe void Launch(AcceleratorStream stream, in KernelConfig config, byte* arguments, int argumentBytes);

    public abstract void Dispose();
}
