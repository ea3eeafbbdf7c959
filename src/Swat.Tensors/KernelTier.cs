namespace Swat.Tensors;

/// <summary>Which kernels a device runs where there are several for one operation; each tier includes those before it.</summary>
public enum KernelTier
{
    /// <summary>Shared memory and registers alone: every device.</summary>
    Portable,

    /// <summary>Matrix products of a warp (mma.sync) and asynchronous copies: CUDA devices from compute capability 8.0.</summary>
    TensorCore,

    /// <summary>Matrix products of four warps (wgmma) and bulk tensor copies: CUDA devices of compute capability 9.0.</summary>
    Hopper,
}
