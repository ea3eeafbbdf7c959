namespace Swat.Gpu.Frontend;

/// <summary>How a kernel names its work items.</summary>
internal enum IndexKind
{
    /// <summary>Explicitly grouped: the kernel asks <c>Grid</c> and <c>Group</c>.</summary>
    None,

    /// <summary>Implicitly grouped: the first parameter is the work item's index, below an extent that the launch gives.</summary>
    Index1D,
    Index2D,
    Index3D,
    LongIndex1D,
}
