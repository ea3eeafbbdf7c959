using System.Runtime.Intrinsics;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>How the CPU back end uses SIMD registers.</summary>
/// <param name="VectorBits">Register size: 128, 256 or 512.</param>
/// <param name="Lanes">
/// Work items a vector runs together: 0 for the natural number, else a power of two from 1 to 32.
/// </param>
internal readonly record struct CpuVectorSettings(int VectorBits, int Lanes = 0)
{
    /// <summary>The widest registers that this machine has and the run time uses; 1 lane where it has none.</summary>
    public static CpuVectorSettings Native { get; } =
        Vector512.IsHardwareAccelerated ? new(512)
        : Vector256.IsHardwareAccelerated ? new(256)
        : Vector128.IsHardwareAccelerated ? new(128)
        : new(128, 1);
}
