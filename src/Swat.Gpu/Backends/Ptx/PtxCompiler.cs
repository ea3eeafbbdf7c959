using Swat.Gpu.IR;
using Swat.Gpu.Runtime;

namespace Swat.Gpu.Backends.Ptx;

/// <summary>The PTX back end's entry.</summary>
internal static class PtxCompiler
{
    /// <summary>Writes a kernel as PTX. Operations that PTX lacks are replaced in the function by others.</summary>
    /// <exception cref="KernelCompilationException">The kernel uses an instruction that the target does not have, or uses one wrongly.</exception>
    public static PtxKernel Compile(KernelFunction kernel, PtxOptions options)
    {
        MathLowering.Run(kernel);
        return PtxEmitter.Emit(kernel, options);
    }
}
