namespace Swat.Gpu.Runtime.Cuda;

/// <summary>A device of the Cuda driver.</summary>
public sealed class CudaDevice : Device
{
    private CudaDevice()
        : base(AcceleratorType.Cuda)
    {
    }

    public override Accelerator CreateAccelerator(Context context) => CreateCudaAccelerator(context);

    public CudaAccelerator CreateCudaAccelerator(Context context) => throw new NotSupportedException("There is no Cuda accelerator yet.");

    /// <summary>The devices of this machine; none where the driver is missing.</summary>
    internal static IReadOnlyList<CudaDevice> Enumerate() => [];
}
