namespace Swat.Tensors;

public sealed partial class TensorDevice
{
    /// <summary>Kernels run on the processor, whatever drives it.</summary>
    internal bool IsProcessor => Accelerator.Device is CPUDevice or CLDevice { IsProcessor: true };

    private static KernelTier BestTier(Accelerator accelerator) => accelerator switch
    {
        CudaAccelerator { Capabilities: { HasWarpGroupMatrix: true, HasBulkTensorCopy: true } } => KernelTier.Hopper,
        CudaAccelerator { Capabilities: { HasTensorCores: true, HasAsyncCopy: true } } => KernelTier.TensorCore,
        _ => KernelTier.Portable,
    };
}
