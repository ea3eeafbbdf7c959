namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>Runs kernels on a OpenCL device.</summary>
public abstract class CLAccelerator : Accelerator
{
    private protected CLAccelerator(Context context, CLDevice device)
        : base(context, device)
    {
    }
}
