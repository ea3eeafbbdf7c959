namespace Swat.Gpu.Runtime.Cuda;

/// <summary>Runs kernels on a Cuda device.</summary>
public abstract class CudaAccelerator : Accelerator
{
    private protected CudaAccelerator(Context context, CudaDevice device)
        : base(context, device)
    {
    }
}
