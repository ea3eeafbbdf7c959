namespace Swat.Gpu.Runtime;

/// <summary>What is known of a compiled kernel; null where the target does not say.</summary>
public sealed class KernelInfo
{
    internal KernelInfo(string name) => Name = name;

    public string Name { get; }

    /// <summary>Registers of a work item.</summary>
    public int? Registers { get; internal init; }

    /// <summary>Bytes of local memory of a work item, spilled registers included.</summary>
    public int? LocalBytes { get; internal init; }

    /// <summary>Bytes of registers spilled to local memory.</summary>
    public int? SpilledBytes { get; internal init; }

    /// <summary>Bytes of static shared memory of a group.</summary>
    public int SharedBytes { get; internal init; }

    /// <summary>Most work items of a group that this kernel can run with; less than the device's limit if it uses many registers.</summary>
    public int? MaxGroupSize { get; internal init; }

    /// <summary>The source that the driver was given (PTX, OpenCL C).</summary>
    public string? Source { get; internal init; }

    /// <summary>Time spent by this library's own compiler: front end, optimisation and writing the source; not the driver's.</summary>
    public TimeSpan CompilerTime { get; internal set; }

    /// <summary>What the driver's compiler said.</summary>
    public string? Log { get; internal init; }

    public override string ToString() =>
        $"{Name}: {Registers?.ToString() ?? "?"} registers, {LocalBytes?.ToString() ?? "?"} local bytes, {SharedBytes} shared bytes";
}
