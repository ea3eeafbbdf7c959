namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// A compiled kernel: runs the work groups <paramref name="firstGroup"/> up to, not including, <paramref name="endGroup"/> of a launch,
/// one after the other on the calling thread. Groups are numbered x fastest: x + gridX * (y + gridY * z).
/// </summary>
/// <param name="arguments">The launch's argument buffer; read only.</param>
/// <param name="gridX">Groups of the whole grid along x.</param>
/// <param name="gridY">Groups of the whole grid along y.</param>
/// <param name="gridZ">Groups of the whole grid along z.</param>
/// <param name="dynamicSharedBytes">Bytes of dynamic shared memory of the launch.</param>
/// <param name="firstGroup">The first group to run.</param>
/// <param name="endGroup">The group behind the last one to run.</param>
/// <param name="scratch">
/// <see cref="CpuKernelCode.ScratchBytes"/> bytes, 128-byte aligned, of this thread alone while the call runs. Need not be cleared.
/// </param>
internal unsafe delegate void CpuGroupRange(
    byte* arguments, int gridX, int gridY, int gridZ, int dynamicSharedBytes, long firstGroup, long endGroup, byte* scratch);
