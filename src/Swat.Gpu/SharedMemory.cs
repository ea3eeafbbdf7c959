using Swat.Gpu.Frontend;

namespace Swat.Gpu;

/// <summary>
/// Memory shared by the work items of a group; undefined at the start. For explicitly grouped kernels only. Every call site is one
/// array of the kernel, however often it is reached.
/// </summary>
public static class SharedMemory
{
    /// <summary>One element.</summary>
    public static ref T Allocate<T>()
        where T : unmanaged => ref Allocate<T>(1)[0];

    /// <param name="extent">Number of elements; a constant once the kernel is inlined.</param>
    [KernelIntrinsic(IntrinsicId.SharedAllocate)]
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <inheritdoc cref="Allocate{T}(int)"/>
    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent)
        where T : unmanaged => Allocate<T>(extent.X);

    /// <summary>The memory that the launch asked for with <see cref="SharedMemoryConfig.RequestDynamic{T}"/>, in elements of T.</summary>
    [KernelIntrinsic(IntrinsicId.SharedDynamic)]
    public static ArrayView<T> GetDynamic<T>()
        where T : unmanaged => throw KernelOnly.Exception();
}
