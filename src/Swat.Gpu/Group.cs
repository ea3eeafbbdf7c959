using Swat.Gpu.Frontend;

namespace Swat.Gpu;

/// <summary>The group of a work item: work items that share <see cref="SharedMemory"/> and meet at <see cref="Barrier"/>.</summary>
public static class Group
{
    /// <summary>Index of the work item in its group along X.</summary>
    public static int IdxX
    {
        [KernelIntrinsic(IntrinsicId.ThreadIndex, 0)]
        get => throw KernelOnly.Exception();
    }

    /// <summary>Index of the work item in its group along Y.</summary>
    public static int IdxY
    {
        [KernelIntrinsic(IntrinsicId.ThreadIndex, 1)]
        get => throw KernelOnly.Exception();
    }

    /// <summary>Index of the work item in its group along Z.</summary>
    public static int IdxZ
    {
        [KernelIntrinsic(IntrinsicId.ThreadIndex, 2)]
        get => throw KernelOnly.Exception();
    }

    /// <summary>Work items of a group along X.</summary>
    public static int DimX
    {
        [KernelIntrinsic(IntrinsicId.GroupSize, 0)]
        get => throw KernelOnly.Exception();
    }

    /// <summary>Work items of a group along Y.</summary>
    public static int DimY
    {
        [KernelIntrinsic(IntrinsicId.GroupSize, 1)]
        get => throw KernelOnly.Exception();
    }

    /// <summary>Work items of a group along Z.</summary>
    public static int DimZ
    {
        [KernelIntrinsic(IntrinsicId.GroupSize, 2)]
        get => throw KernelOnly.Exception();
    }

    public static Index3D Index => new(IdxX, IdxY, IdxZ);

    public static Index3D Dimension => new(DimX, DimY, DimZ);

    /// <summary>Number of the work item in its group, X varying fastest.</summary>
    public static int LinearIndex => (IdxZ * DimY + IdxY) * DimX + IdxX;

    public static bool IsFirstThread => LinearIndex == 0;

    public static bool IsLastThread => LinearIndex == DimX * DimY * DimZ - 1;

    /// <summary>
    /// All work items of the group arrive before any goes on; what they wrote to shared and global memory before is visible to all
    /// after. Must be reached by all or none.
    /// </summary>
    [KernelIntrinsic(IntrinsicId.GroupBarrier)]
    public static void Barrier() => throw KernelOnly.Exception();

    /// <summary>A barrier that returns the number of work items whose predicate is true.</summary>
    public static int BarrierPopCount(bool predicate)
    {
        var count = SharedMemory.Allocate<int>(1);
        if (LinearIndex == 0)
            count[0] = 0;
        Barrier();
        if (predicate)
            Atomic.Add(ref count[0], 1);
        Barrier();
        var result = count[0];
        Barrier();
        return result;
    }

    /// <summary>A barrier that returns whether the predicate is true for all work items of the group.</summary>
    public static bool BarrierAnd(bool predicate) => BarrierPopCount(!predicate) == 0;

    /// <summary>A barrier that returns whether the predicate is true for any work item of the group.</summary>
    public static bool BarrierOr(bool predicate) => BarrierPopCount(predicate) != 0;

    /// <summary>The value of the work item with linear index <paramref name="groupIndex"/>, for all; includes barriers.</summary>
    public static T Broadcast<T>(T value, int groupIndex)
        where T : unmanaged
    {
        var slot = SharedMemory.Allocate<T>(1);
        if (LinearIndex == groupIndex)
            slot[0] = value;
        Barrier();
        var result = slot[0];
        Barrier();
        return result;
    }
}
