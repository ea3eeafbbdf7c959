namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>What an OpenCL device can do beyond OpenCL C 1.2.</summary>
/// <param name="Float64">Kernels may use double.</param>
/// <param name="Float16">The device has arithmetic on half; kernels convert to float and need it not.</param>
/// <param name="Int64Atomics">64-bit exchange, addition, compare and exchange.</param>
/// <param name="Int64ExtendedAtomics">64-bit minimum, maximum and bitwise operations; made from compare and exchange without it.</param>
/// <param name="SubGroups">Work items that run together exchange values in the device's own way.</param>
/// <param name="CorrectlyRoundedDivideSqrt">Float division and square root can round as IEEE 754 wants.</param>
public sealed record CLCapabilities(
    bool Float64,
    bool Float16,
    bool Int64Atomics,
    bool Int64ExtendedAtomics,
    bool SubGroups,
    bool CorrectlyRoundedDivideSqrt);
