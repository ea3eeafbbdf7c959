namespace Swat.Gpu.Frontend;

/// <summary>What a kernel is compiled for.</summary>
internal sealed record CompileOptions
{
    public required CompileTarget Target { get; init; }

    public IndexKind IndexKind { get; init; }

    /// <summary>Lanes of a warp, which <c>Warp.WarpSize</c> folds to.</summary>
    public int WarpSize { get; init; } = 32;

    /// <summary>The group's dimensions where they are known when compiling; then they are constants of the kernel.</summary>
    public (int X, int Y, int Z)? GroupSize { get; init; }

    /// <summary>Groups that should fit on one multiprocessor at a time; 0 for no wish.</summary>
    public int MinGroupsPerMultiprocessor { get; init; }

    /// <summary>Groups of a cluster; 1 for none.</summary>
    public int ClusterSize { get; init; } = 1;

    /// <summary>For each C# parameter of type SpecializedValue, in order, its value.</summary>
    public IReadOnlyList<object> SpecializedValues { get; init; } = [];

    /// <summary>Compute capability times ten (90 for sm_90); 0 where the target is not CUDA.</summary>
    public int CudaArchitecture { get; init; }

    /// <summary>Element accesses and sub-views are checked; what fails is noted in <see cref="IR.BoundsChecks.Report"/>.</summary>
    public bool CheckBounds { get; init; }

    /// <summary>Multiplications followed by an addition may become fused, with one rounding instead of two.</summary>
    public bool Contract { get; init; } = true;
}
