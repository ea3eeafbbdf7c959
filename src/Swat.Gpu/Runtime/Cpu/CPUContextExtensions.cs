namespace Swat.Gpu.Runtime.Cpu;

/// <summary>The CPU as a device of a context.</summary>
public static class CPUContextExtensions
{
    public static Context.Builder CPU(this Context.Builder builder) => builder.CPU(_ => true);

    public static Context.Builder CPU(this Context.Builder builder, Predicate<CPUDevice> predicate)
    {
        builder.DeviceRegistry.Register(CPUDevice.Default, predicate);
        return builder;
    }

    public static Context.Builder DefaultCPU(this Context.Builder builder) => builder.CPU();

    public static CPUDevice GetCPUDevice(this Context context, int cpuDeviceIndex) => context.GetDevice<CPUDevice>(cpuDeviceIndex);

    public static Context.DeviceCollection<CPUDevice> GetCPUDevices(this Context context) => context.GetDevices<CPUDevice>();

    public static CPUAccelerator CreateCPUAccelerator(this Context context, int cpuDeviceIndex) =>
        context.GetCPUDevice(cpuDeviceIndex).CreateCPUAccelerator(context);
}
