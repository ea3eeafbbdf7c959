namespace Swat.Gpu.Backends.OpenCL;

/// <summary>How the lanes of a warp exchange values.</summary>
internal enum OpenCLWarpSupport
{
    /// <summary>Through local memory, with barriers of the whole group: the operation must stand in uniform control flow.</summary>
    LocalMemory,

    /// <summary>By inline PTX, which NVIDIA's OpenCL compiler takes.</summary>
    InlinePtx,
}
