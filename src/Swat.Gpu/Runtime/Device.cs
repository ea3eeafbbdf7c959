namespace Swat.Gpu.Runtime;

/// <summary>Something that kernels run on, and its limits.</summary>
public abstract class Device
{
    private protected Device(AcceleratorType acceleratorType) => AcceleratorType = acceleratorType;

    public AcceleratorType AcceleratorType { get; }

    public string Name { get; protected init; } = "";

    /// <summary>Bytes of device memory.</summary>
    public long MemorySize { get; protected init; }

    /// <summary>Most groups of a grid along each dimension.</summary>
    public Index3D MaxGridSize { get; protected init; }

    /// <summary>Most work items of a group along each dimension.</summary>
    public Index3D MaxGroupSize { get; protected init; }

    /// <summary>Most work items of a group.</summary>
    public int MaxNumThreadsPerGroup { get; protected init; }

    /// <summary>Most bytes of shared memory of a group, static and dynamic, up to the device's opt-in limit.</summary>
    public int MaxSharedMemoryPerGroup { get; protected init; }

    /// <summary>Bytes of constant memory.</summary>
    public int MaxConstantMemory { get; protected init; }

    /// <summary>Lanes of a warp.</summary>
    public int WarpSize { get; protected init; }

    public int NumMultiprocessors { get; protected init; }

    /// <summary>Most work items that are resident on a multiprocessor at a time.</summary>
    public int MaxNumThreadsPerMultiprocessor { get; protected init; }

    public int MaxNumThreads => NumMultiprocessors * MaxNumThreadsPerMultiprocessor;

    /// <summary>Opens the device; dispose the accelerator.</summary>
    public abstract Accelerator CreateAccelerator(Context context);

    public void PrintInformation(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine($"{Name} ({AcceleratorType})");
        writer.WriteLine($"  Memory:                       {MemorySize / (1024 * 1024)} MiB");
        writer.WriteLine($"  Multiprocessors:              {NumMultiprocessors}");
        writer.WriteLine($"  Warp size:                    {WarpSize}");
        writer.WriteLine($"  Work items of a group:        {MaxNumThreadsPerGroup} {MaxGroupSize}");
        writer.WriteLine($"  Groups of a grid:             {MaxGridSize}");
        writer.WriteLine($"  Shared memory of a group:     {MaxSharedMemoryPerGroup} bytes");
    }

    public override string ToString() =>
        $"{Name} [Type: {AcceleratorType}, WarpSize: {WarpSize}, MaxNumThreadsPerGroup: {MaxNumThreadsPerGroup}, MemorySize: {MemorySize}]";
}
