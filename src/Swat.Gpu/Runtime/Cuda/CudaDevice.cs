using System.Runtime.InteropServices;
using Swat.Gpu.Backends.Ptx;

namespace Swat.Gpu.Runtime.Cuda;

/// <summary>A device of the Cuda driver.</summary>
public sealed unsafe class CudaDevice : Device
{
    private static readonly Lazy<IReadOnlyList<CudaDevice>> All = new(FindAll);

    private CudaDevice(CudaApi api, int ordinal)
        : base(AcceleratorType.Cuda)
    {
        Api = api;
        DeviceId = ordinal;
        int handle;
        api.Check(api.DeviceGet(&handle, ordinal), $"Opening CUDA device {ordinal}");
        Handle = handle;
        var name = stackalloc byte[256];
        api.Check(api.DeviceGetName(name, 256, handle), "Reading the device's name");
        Name = Marshal.PtrToStringUTF8((nint)name)!;
        nuint memory;
        api.Check(api.DeviceTotalMem(&memory, handle), "Reading the device's memory size");
        MemorySize = (long)memory;
        MaxGridSize = new Index3D(
            Get(CudaDeviceAttribute.MaxGridDimX), Get(CudaDeviceAttribute.MaxGridDimY), Get(CudaDeviceAttribute.MaxGridDimZ));
        MaxGroupSize = new Index3D(
            Get(CudaDeviceAttribute.MaxBlockDimX), Get(CudaDeviceAttribute.MaxBlockDimY), Get(CudaDeviceAttribute.MaxBlockDimZ));
        MaxNumThreadsPerGroup = Get(CudaDeviceAttribute.MaxThreadsPerBlock);
        MaxSharedMemoryPerGroup = Math.Max(
            Get(CudaDeviceAttribute.MaxSharedMemoryPerBlock), Get(CudaDeviceAttribute.MaxSharedMemoryPerBlockOptIn));
        MaxConstantMemory = Get(CudaDeviceAttribute.TotalConstantMemory);
        WarpSize = Get(CudaDeviceAttribute.WarpSize);
        NumMultiprocessors = Get(CudaDeviceAttribute.MultiprocessorCount);
        MaxNumThreadsPerMultiprocessor = Get(CudaDeviceAttribute.MaxThreadsPerMultiprocessor);
        L2CacheSize = Get(CudaDeviceAttribute.L2CacheSize);
        ComputeCapability = new Version(
            Get(CudaDeviceAttribute.ComputeCapabilityMajor), Get(CudaDeviceAttribute.ComputeCapabilityMinor));
        Target = PtxTarget.For(ComputeCapability.Major, ComputeCapability.Minor, api.DriverVersion);
        Capabilities = new CudaCapabilities(Target);
    }

    /// <summary>The driver's number of the device, from 0.</summary>
    public int DeviceId { get; }

    /// <summary>For display; ask <see cref="Capabilities"/> for features.</summary>
    public Version ComputeCapability { get; }

    /// <summary>The CUDA version that the driver supports.</summary>
    public Version DriverVersion => new(Api.DriverVersion / 1000, Api.DriverVersion % 1000 / 10);

    /// <summary>Bytes.</summary>
    public int L2CacheSize { get; }

    /// <summary>What kernels can use on this device.</summary>
    public CudaCapabilities Capabilities { get; }

    internal CudaApi Api { get; }

    internal int Handle { get; }

    internal PtxTarget Target { get; }

    public override Accelerator CreateAccelerator(Context context) => CreateCudaAccelerator(context);

    public CudaAccelerator CreateCudaAccelerator(Context context) => new(context, this);

    /// <summary>The devices of this machine; none where the driver is missing.</summary>
    internal static IReadOnlyList<CudaDevice> Enumerate() => All.Value;

    private static List<CudaDevice> FindAll()
    {
        var devices = new List<CudaDevice>();
        int count;
        if (CudaApi.Instance is not { } api || api.DeviceGetCount(&count) != CudaError.Success)
            return devices;
        for (var i = 0; i < count; i++)
        {
            var device = new CudaDevice(api, i);
            if (10 * device.ComputeCapability.Major + device.ComputeCapability.Minor >= PtxTarget.Oldest)
                devices.Add(device);
        }
        return devices;
    }

    private int Get(CudaDeviceAttribute attribute)
    {
        int value;
        Api.Check(Api.DeviceGetAttribute(&value, attribute, Handle), $"Reading the device's {attribute}");
        return value;
    }
}
