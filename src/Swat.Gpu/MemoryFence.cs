using Swat.Gpu.Frontend;

namespace Swat.Gpu;

/// <summary>Orders a work item's memory accesses as others see them; waits for nobody.</summary>
public static class MemoryFence
{
    /// <summary>As seen by the work items of the group.</summary>
    [KernelIntrinsic(IntrinsicId.Fence, 0)]
    public static void GroupLevel() => Interlocked.MemoryBarrier();

    /// <summary>As seen by all work items of the device.</summary>
    [KernelIntrinsic(IntrinsicId.Fence, 1)]
    public static void DeviceLevel() => Interlocked.MemoryBarrier();

    /// <summary>As seen by the host and other devices, too.</summary>
    [KernelIntrinsic(IntrinsicId.Fence, 2)]
    public static void SystemLevel() => Interlocked.MemoryBarrier();
}
