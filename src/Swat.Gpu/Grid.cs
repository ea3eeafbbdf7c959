using Swat.Gpu.Frontend;

namespace Swat.Gpu;

/// <summary>The grid of a launch: the groups that run a kernel.</summary>
public static class Grid
{
    /// <summary>Index of the group in the grid along X.</summary>
    public static int IdxX
    {
        [KernelIntrinsic(IntrinsicId.GroupIndex, 0)]
        get => throw KernelOnly.Exception();
    }

    /// <summary>Index of the group in the grid along Y.</summary>
    public static int IdxY
    {
        [KernelIntrinsic(IntrinsicId.GroupIndex, 1)]
        get => throw KernelOnly.Exception();
    }

    /// <summary>Index of the group in the grid along Z.</summary>
    public static int IdxZ
    {
        [KernelIntrinsic(IntrinsicId.GroupIndex, 2)]
        get => throw KernelOnly.Exception();
    }

    /// <summary>Groups of the grid along X.</summary>
    public static int DimX
    {
        [KernelIntrinsic(IntrinsicId.GridSize, 0)]
        get => throw KernelOnly.Exception();
    }

    /// <summary>Groups of the grid along Y.</summary>
    public static int DimY
    {
        [KernelIntrinsic(IntrinsicId.GridSize, 1)]
        get => throw KernelOnly.Exception();
    }

    /// <summary>Groups of the grid along Z.</summary>
    public static int DimZ
    {
        [KernelIntrinsic(IntrinsicId.GridSize, 2)]
        get => throw KernelOnly.Exception();
    }

    public static Index3D Index => new(IdxX, IdxY, IdxZ);

    public static Index3D Dimension => new(DimX, DimY, DimZ);

    /// <summary>Number of the group in the grid, X varying fastest.</summary>
    public static int LinearIndex => (IdxZ * DimY + IdxY) * DimX + IdxX;

    /// <summary>Position of the work item among all work items of the launch.</summary>
    public static Index3D GlobalIndex =>
        new(IdxX * Group.DimX + Group.IdxX, IdxY * Group.DimY + Group.IdxY, IdxZ * Group.DimZ + Group.IdxZ);

    /// <summary>Number of the work item among all, group after group.</summary>
    public static int GlobalLinearIndex => LinearIndex * Group.Dimension.Size + Group.LinearIndex;

    public static Index1D ComputeGlobalIndex(Index1D gridIdx, Index1D groupIdx) => new(gridIdx.X * Group.DimX + groupIdx.X);

    public static Index2D ComputeGlobalIndex(Index2D gridIdx, Index2D groupIdx) =>
        new(gridIdx.X * Group.DimX + groupIdx.X, gridIdx.Y * Group.DimY + groupIdx.Y);

    public static Index3D ComputeGlobalIndex(Index3D gridIdx, Index3D groupIdx) =>
        new(gridIdx.X * Group.DimX + groupIdx.X, gridIdx.Y * Group.DimY + groupIdx.Y, gridIdx.Z * Group.DimZ + groupIdx.Z);

    public static LongIndex1D ComputeLongGlobalIndex(Index1D gridIdx, Index1D groupIdx) =>
        new((long)gridIdx.X * Group.DimX + groupIdx.X);
}
