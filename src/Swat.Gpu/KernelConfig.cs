namespace Swat.Gpu;

/// <summary>
/// A launch's dimensions: groups of the grid, work items of a group, dynamic shared memory. A tuple (grid, group) or
/// (grid, group, shared memory) converts to it. Dimensions are checked at the launch.
/// </summary>
public readonly struct KernelConfig
{
    public KernelConfig(Index3D gridDim, Index3D groupDim, SharedMemoryConfig sharedMemoryConfig)
    {
        GridDim = gridDim;
        GroupDim = groupDim;
        SharedMemoryConfig = sharedMemoryConfig;
    }

    public KernelConfig(Index3D gridDim, Index3D groupDim)
        : this(gridDim, groupDim, default)
    {
    }

    public KernelConfig(Index1D gridDim, Index1D groupDim)
        : this(gridDim, groupDim, default)
    {
    }

    public KernelConfig(Index1D gridDim, Index1D groupDim, SharedMemoryConfig sharedMemoryConfig)
        : this(new Index3D(gridDim.X, 1, 1), new Index3D(groupDim.X, 1, 1), sharedMemoryConfig)
    {
    }

    public KernelConfig(Index2D gridDim, Index2D groupDim)
        : this(gridDim, groupDim, default)
    {
    }

    public KernelConfig(Index2D gridDim, Index2D groupDim, SharedMemoryConfig sharedMemoryConfig)
        : this(new Index3D(gridDim.X, gridDim.Y, 1), new Index3D(groupDim.X, groupDim.Y, 1), sharedMemoryConfig)
    {
    }

    public KernelConfig(int gridDimX, int gridDimY, int gridDimZ, int groupDimX, int groupDimY, int groupDimZ)
        : this(new Index3D(gridDimX, gridDimY, gridDimZ), new Index3D(groupDimX, groupDimY, groupDimZ), default)
    {
    }

    public Index3D GridDim { get; }

    public Index3D GroupDim { get; }

    public SharedMemoryConfig SharedMemoryConfig { get; }

    public bool UsesDynamicSharedMemory => SharedMemoryConfig.UsesDynamicSharedMemory;

    /// <summary>All dimensions are at least 1.</summary>
    public bool IsValid =>
        GridDim.X > 0 & GridDim.Y > 0 & GridDim.Z > 0 & GroupDim.X > 0 & GroupDim.Y > 0 & GroupDim.Z > 0;

    /// <summary>Work items of the launch.</summary>
    public long Size => GridDim.LongSize * GroupDim.LongSize;

    public static implicit operator KernelConfig((Index1D, Index1D) dimensions) => new(dimensions.Item1, dimensions.Item2);

    public static implicit operator KernelConfig((Index2D, Index2D) dimensions) => new(dimensions.Item1, dimensions.Item2);

    public static implicit operator KernelConfig((Index3D, Index3D) dimensions) => new(dimensions.Item1, dimensions.Item2);

    public static implicit operator KernelConfig((Index3D, Index1D) dimensions) =>
        new(dimensions.Item1, new Index3D(dimensions.Item2.X, 1, 1));

    public static implicit operator KernelConfig((Index1D, Index1D, SharedMemoryConfig) dimensions) =>
        new(dimensions.Item1, dimensions.Item2, dimensions.Item3);

    public static implicit operator KernelConfig((Index2D, Index2D, SharedMemoryConfig) dimensions) =>
        new(dimensions.Item1, dimensions.Item2, dimensions.Item3);

    public static implicit operator KernelConfig((Index3D, Index3D, SharedMemoryConfig) dimensions) =>
        new(dimensions.Item1, dimensions.Item2, dimensions.Item3);

    public override string ToString()
    {
        var shared = UsesDynamicSharedMemory ? $", {SharedMemoryConfig.ArraySize} bytes of dynamic shared memory" : "";
        return $"grid {GridDim}, group {GroupDim}{shared}";
    }
}
