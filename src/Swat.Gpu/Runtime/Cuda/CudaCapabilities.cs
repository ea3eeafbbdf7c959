using Swat.Gpu.Backends.Ptx;

namespace Swat.Gpu.Runtime.Cuda;

/// <summary>The features beyond the shared surface that a device and its driver have.</summary>
public sealed class CudaCapabilities
{
    internal CudaCapabilities(PtxTarget target)
    {
        HasTensorCores = target.HasAmpereTensorCores;
        HasAsyncCopy = target.HasAmpereTensorCores;
        HasBulkTensorCopy = target.HasBulkCopy;
        HasWarpGroupMatrix = target.HasWarpGroupMatrix;
    }

    /// <summary><see cref="Intrinsics.TensorCore"/>.</summary>
    public bool HasTensorCores { get; }

    /// <summary><see cref="Intrinsics.AsyncCopy"/>.</summary>
    public bool HasAsyncCopy { get; }

    /// <summary>The barriers and tile copies of <see cref="Intrinsics.Hopper"/>.</summary>
    public bool HasBulkTensorCopy { get; }

    /// <summary>The matrix products of <see cref="Intrinsics.Hopper"/>.</summary>
    public bool HasWarpGroupMatrix { get; }
}
