namespace Swat.Gpu.Runtime.Cuda;

/// <summary>Cuda devices of a context.</summary>
public static class CudaContextExtensions
{
    /// <summary>All of them; none where the driver is missing.</summary>
    public static Context.Builder Cuda(this Context.Builder builder) => builder.Cuda(_ => true);

    public static Context.Builder Cuda(this Context.Builder builder, Predicate<CudaDevice> predicate)
    {
        foreach (var device in CudaDevice.Enumerate())
            builder.DeviceRegistry.Register(device, predicate);
        return builder;
    }

    public static CudaDevice GetCudaDevice(this Context context, int cudaDeviceIndex) => context.GetDevice<CudaDevice>(cudaDeviceIndex);

    public static Context.DeviceCollection<CudaDevice> GetCudaDevices(this Context context) => context.GetDevices<CudaDevice>();

    public static CudaAccelerator CreateCudaAccelerator(this Context context, int cudaDeviceIndex) =>
        context.GetCudaDevice(cudaDeviceIndex).CreateCudaAccelerator(context);
}
