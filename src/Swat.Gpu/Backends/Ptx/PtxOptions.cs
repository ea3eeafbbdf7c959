namespace Swat.Gpu.Backends.Ptx;

/// <summary>What a kernel's PTX depends on besides its intermediate form.</summary>
internal sealed record PtxOptions(PtxTarget Target)
{
    /// <summary>Work items of every launch's group, where the launch must have just this size.</summary>
    public (int X, int Y, int Z)? GroupSize { get; init; }

    /// <summary>Upper bound on a group's work items, for the register allocation; 0 for none.</summary>
    public int MaxGroupSize { get; init; }

    /// <summary>Groups that should fit on one multiprocessor at a time; 0 for no wish.</summary>
    public int MinGroupsPerMultiprocessor { get; init; }

    /// <summary>Groups of a cluster; 1 for none.</summary>
    public int ClusterSize { get; init; } = 1;

    /// <summary>The driver's compiler may make one fused multiply-add of a product and a sum.</summary>
    public bool AllowContraction { get; init; } = true;
}
