using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>
/// Turns a kernel into OpenCL C 1.2 without a generic address space. Extensions are asked for only where the kernel uses them. The text
/// depends on the kernel and the target alone, so that it can be the key of a cache. The function may get more blocks.
/// </summary>
internal static class OpenCLBackend
{
    /// <summary>Generates the source.</summary>
    /// <exception cref="KernelCompilationException">The kernel uses what the target does not have.</exception>
    public static OpenCLSource Generate(KernelFunction function, OpenCLTarget target)
    {
        function.Number();
        var lockstep = target.Warp == OpenCLWarpSupport.LocalMemory && LockstepBlocks.AreNeeded(function);
        if (lockstep)
            LockstepBlocks.Split(function);
        return new OpenCLEmitter(function, target, lockstep).Emit();
    }
}
