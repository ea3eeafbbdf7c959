namespace Swat.Tensors;

public sealed partial class TensorDevice
{
    /// <summary>Kernels run on the processor.</summary>
    internal bool IsProcessor => Kind == DeviceKind.Cpu;

    private static KernelTier BestTier(Accelerator accelerator) => KernelTier.Portable;
}
