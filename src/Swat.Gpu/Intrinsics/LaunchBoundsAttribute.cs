namespace Swat.Gpu.Intrinsics;

/// <summary>
/// On an explicitly grouped kernel: every launch has groups of just this many work items along x, and of one along y and z. The
/// compiler then gives each work item its share of the registers, which <see cref="Hopper.ClaimRegisters"/> needs to know.
/// </summary>
/// <param name="groupSize">Work items of a group.</param>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class LaunchBoundsAttribute(int groupSize) : Attribute
{
    public int GroupSize { get; } = groupSize;

    /// <summary>Groups that should fit on one multiprocessor at a time, which limits their registers; 0 for no wish.</summary>
    public int MinGroupsPerMultiprocessor { get; init; }

    /// <summary>
    /// Groups of a cluster, neighbours along x of the grid, which must be a multiple of it: they run at a time and reach each other's
    /// shared memory. For devices from compute capability 9.0; 1: no clusters.
    /// </summary>
    public int ClusterSize { get; init; } = 1;
}
