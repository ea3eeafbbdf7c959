namespace Swat.Gpu;

/// <summary>How kernels are compiled.</summary>
public enum OptimizationLevel
{
    /// <summary>Bounds checks on the CPU accelerator, with kernel, buffer and index in the message.</summary>
    O0 = 0,

    /// <summary>All optimisations; the default.</summary>
    O1 = 1,

    /// <summary>The same as O1.</summary>
    O2 = 2,

    Debug = O0,

    Release = O1,
}
