namespace Swat.Tensors;

public sealed partial class TensorDevice
{
    private static KernelTier BestTier(Accelerator accelerator) => KernelTier.Portable;
}
