namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>OpenCL devices of a context.</summary>
public static class CLContextExtensions
{
    /// <summary>All of them; none where the driver is missing.</summary>
    public static Context.Builder OpenCL(this Context.Builder builder) => builder.OpenCL(_ => true);

    public static Context.Builder OpenCL(this Context.Builder builder, Predicate<CLDevice> predicate)
    {
        foreach (var device in CLDevice.Enumerate())
            builder.DeviceRegistry.Register(device, predicate);
        return builder;
    }

    public static CLDevice GetCLDevice(this Context context, int clDeviceIndex) => context.GetDevice<CLDevice>(clDeviceIndex);

    public static Context.DeviceCollection<CLDevice> GetCLDevices(this Context context) => context.GetDevices<CLDevice>();

    public static CLAccelerator CreateCLAccelerator(this Context context, int clDeviceIndex) =>
        context.GetCLDevice(clDeviceIndex).CreateCLAccelerator(context);
}
