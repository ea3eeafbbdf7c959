using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>Compiles kernels for the CPU: IL with SIMD across the work items of a group.</summary>
internal static class CpuCompiler
{
    /// <summary>Lanes of a warp on the CPU.</summary>
    public const int WarpSize = 32;

    /// <summary>Compiles <paramref name="kernel"/> for groups of the given size. The function is left as it is, but for its numbering.</summary>
    public static CpuKernelCode Compile(KernelFunction kernel, int groupX, int groupY, int groupZ) =>
        Compile(kernel, groupX, groupY, groupZ, CpuVectorSettings.Native);

    /// <summary>Compiles with other SIMD registers than the machine's widest.</summary>
    public static CpuKernelCode Compile(KernelFunction kernel, int groupX, int groupY, int groupZ, CpuVectorSettings settings) =>
        throw new NotSupportedException($"The CPU back end cannot compile {kernel.Name} for {groupX}x{groupY}x{groupZ} {settings} yet.");
}
