namespace Swat.Gpu.Backends.OpenCL;

/// <summary>Where the value of an OpenCL kernel argument comes from.</summary>
internal enum OpenCLArgumentKind
{
    /// <summary>A scalar at <see cref="OpenCLArgument.Offset"/> of the argument buffer.</summary>
    Scalar,

    /// <summary>A memory object, whose handle lies at <see cref="OpenCLArgument.Offset"/> of the argument buffer.</summary>
    MemoryObject,

    /// <summary>Local memory of the size of the launch's dynamic shared memory.</summary>
    DynamicShared,

    /// <summary>The size in bytes of the launch's dynamic shared memory, as an int.</summary>
    DynamicSharedSize,

    /// <summary>Local memory of <see cref="OpenCLTarget.WarpScratchBytes"/> for each work item of the group.</summary>
    WarpScratch,
}
