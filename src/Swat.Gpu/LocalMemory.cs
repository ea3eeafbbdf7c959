using Swat.Gpu.Frontend;

namespace Swat.Gpu;

/// <summary>
/// Memory private to a work item. An array whose indices are constants once loops are unrolled lives in registers. Every call site
/// is one array of the kernel, however often it is reached.
/// </summary>
public static class LocalMemory
{
    /// <param name="extent">Number of elements; a constant once the kernel is inlined.</param>
    [KernelIntrinsic(IntrinsicId.LocalAllocate)]
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <inheritdoc cref="Allocate{T}(int)"/>
    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent)
        where T : unmanaged => Allocate<T>(extent.X);
}
