namespace Swat.Gpu.Runtime;

/// <summary>Makes page-locked arrays.</summary>
public static class PageLockedArrayExtensions
{
    /// <summary>Of zeros.</summary>
    public static PageLockedArray1D<T> AllocatePageLocked1D<T>(this Accelerator accelerator, LongIndex1D extent)
        where T : unmanaged => accelerator.AllocatePageLocked1D<T>(extent, uninitialized: false);

    public static PageLockedArray1D<T> AllocatePageLocked1D<T>(this Accelerator accelerator, LongIndex1D extent, bool uninitialized)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return new PageLockedArray1D<T>(accelerator, extent.X, uninitialized);
    }
}
