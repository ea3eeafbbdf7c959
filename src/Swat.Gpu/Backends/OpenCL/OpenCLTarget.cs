namespace Swat.Gpu.Backends.OpenCL;

/// <summary>What the device's compiler can do; features that a kernel uses and the device lacks are diagnostics.</summary>
/// <param name="HasFloat64">cl_khr_fp64, or part of the core.</param>
/// <param name="HasInt64Atomics">cl_khr_int64_base_atomics: exchange, add, compare and exchange.</param>
/// <param name="HasInt64ExtendedAtomics">cl_khr_int64_extended_atomics: minimum, maximum and bitwise operations.</param>
/// <param name="Warp">How warp operations are made.</param>
/// <param name="GroupSize">The group's dimensions where the kernel is compiled for one size.</param>
internal sealed record OpenCLTarget(
    bool HasFloat64 = true,
    bool HasInt64Atomics = true,
    bool HasInt64ExtendedAtomics = true,
    OpenCLWarpSupport Warp = OpenCLWarpSupport.LocalMemory,
    (int X, int Y, int Z)? GroupSize = null)
{
    /// <summary>Lanes of a warp on every OpenCL device.</summary>
    public const int WarpSize = 32;

    /// <summary>Bytes of <see cref="OpenCLArgumentKind.WarpScratch"/> for each work item of a group.</summary>
    public const int WarpScratchBytes = 8;
}
