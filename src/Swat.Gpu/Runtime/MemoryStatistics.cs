namespace Swat.Gpu.Runtime;

/// <summary>What an accelerator's allocator holds, in bytes.</summary>
/// <param name="Current">In live buffers, as asked for.</param>
/// <param name="Peak">The largest that Current has been since the last reset.</param>
/// <param name="Reserved">Taken from the device: live buffers rounded up to their size class, and cached blocks.</param>
/// <param name="LiveBuffers">Buffers that are not disposed.</param>
/// <param name="Allocations">Buffers created so far.</param>
/// <param name="DeviceAllocations">Blocks taken from the device so far; the rest came from the cache.</param>
public readonly record struct MemoryStatistics(
    long Current, long Peak, long Reserved, int LiveBuffers, long Allocations, long DeviceAllocations);
