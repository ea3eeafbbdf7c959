namespace Swat.Tensors;

public sealed partial class TensorDevice
{
    private static KernelTier BestTier(Accelerator accelerator) => accelerator switch
    {
        CudaAccelerator { Capabilities: { HasWarpGroupMatrix: true, HasBulkTensorCopy: true } } => KernelTier.Hopper,
        CudaAccelerator { Capabilities: { HasTensorCores: true, HasAsyncCopy: true } } => KernelTier.TensorCore,
        _ => KernelTier.Portable,
    };
}
