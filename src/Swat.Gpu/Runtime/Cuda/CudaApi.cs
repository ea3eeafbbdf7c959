using System.Runtime.InteropServices;

namespace Swat.Gpu.Runtime.Cuda;

/// <summary>
/// The functions of NVIDIA's driver API that this library calls, by their C signatures (CUDA Driver API manual); handles are
/// <see cref="nint"/>, results <see cref="CudaError"/>.
/// </summary>
internal sealed unsafe class CudaApi
{
    private static readonly Lazy<CudaApi?> Loaded = new(Load);
    private readonly nint library;

    public readonly delegate* unmanaged<uint, CudaError> Init;
    public readonly delegate* unmanaged<int*, CudaError> DriverGetVersion;
    public readonly delegate* unmanaged<CudaError, byte**, CudaError> GetErrorName;
    public readonly delegate* unmanaged<CudaError, byte**, CudaError> GetErrorString;

    public readonly delegate* unmanaged<int*, CudaError> DeviceGetCount;
    public readonly delegate* unmanaged<int*, int, CudaError> DeviceGet;
    public readonly delegate* unmanaged<byte*, int, int, CudaError> DeviceGetName;
    public readonly delegate* unmanaged<nuint*, int, CudaError> DeviceTotalMem;
    public readonly delegate* unmanaged<int*, CudaDeviceAttribute, int, CudaError> DeviceGetAttribute;
    public readonly delegate* unmanaged<int*, int, int, CudaError> DeviceCanAccessPeer;

    public readonly delegate* unmanaged<nint*, int, CudaError> PrimaryContextRetain;
    public readonly delegate* unmanaged<int, CudaError> PrimaryContextRelease;
    public readonly delegate* unmanaged<nint, CudaError> ContextSetCurrent;
    public readonly delegate* unmanaged<CudaError> ContextSynchronize;
    public readonly delegate* unmanaged<nint, uint, CudaError> ContextEnablePeerAccess;
    public readonly delegate* unmanaged<nint, CudaError> ContextDisablePeerAccess;

    public readonly delegate* unmanaged<nint*, void*, uint, CudaJitOption*, void**, CudaError> ModuleLoadDataEx;
    public readonly delegate* unmanaged<nint, CudaError> ModuleUnload;
    public readonly delegate* unmanaged<nint*, nint, byte*, CudaError> ModuleGetFunction;
    public readonly delegate* unmanaged<uint, CudaJitOption*, void**, nint*, CudaError> LinkCreate;
    public readonly delegate* unmanaged<nint, int, void*, nuint, byte*, uint, CudaJitOption*, void**, CudaError> LinkAddData;
    public readonly delegate* unmanaged<nint, void**, nuint*, CudaError> LinkComplete;
    public readonly delegate* unmanaged<nint, CudaError> LinkDestroy;
    public readonly delegate* unmanaged<int*, CudaFunctionAttribute, nint, CudaError> FuncGetAttribute;
    public readonly delegate* unmanaged<nint, CudaFunctionAttribute, int, CudaError> FuncSetAttribute;
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CudaError> LaunchKernel;

    public readonly delegate* unmanaged<nint*, nuint, CudaError> MemAlloc;
    public readonly delegate* unmanaged<nint, CudaError> MemFree;
    public readonly delegate* unmanaged<nint*, nuint, uint, CudaError> MemHostAlloc;
    public readonly delegate* unmanaged<nint, CudaError> MemFreeHost;
    public readonly delegate* unmanaged<nint, void*, nuint, nint, CudaError> MemcpyHostToDevice;
    public readonly delegate* unmanaged<void*, nint, nuint, nint, CudaError> MemcpyDeviceToHost;
    public readonly delegate* unmanaged<nint, nint, nuint, nint, CudaError> MemcpyDeviceToDevice;
    public readonly delegate* unmanaged<nint, nint, nint, nint, nuint, nint, CudaError> MemcpyPeer;
    public readonly delegate* unmanaged<nint, byte, nuint, nint, CudaError> MemsetD8;

    public readonly delegate* unmanaged<nint*, uint, CudaError> StreamCreate;
    public readonly delegate* unmanaged<nint, CudaError> StreamDestroy;
    public readonly delegate* unmanaged<nint, CudaError> StreamSynchronize;
    public readonly delegate* unmanaged<nint, nint, uint, CudaError> StreamWaitEvent;
    public readonly delegate* unmanaged<nint, int, CudaError> StreamBeginCapture;
    public readonly delegate* unmanaged<nint, nint*, CudaError> StreamEndCapture;

    public readonly delegate* unmanaged<nint*, uint, CudaError> EventCreate;
    public readonly delegate* unmanaged<nint, CudaError> EventDestroy;
    public readonly delegate* unmanaged<nint, nint, CudaError> EventRecord;
    public readonly delegate* unmanaged<nint, CudaError> EventQuery;
    public readonly delegate* unmanaged<nint, CudaError> EventSynchronize;
    public readonly delegate* unmanaged<float*, nint, nint, CudaError> EventElapsedTime;

    public readonly delegate* unmanaged<nint*, nint, ulong, CudaError> GraphInstantiate;
    public readonly delegate* unmanaged<nint, nint, CudaError> GraphLaunch;
    public readonly delegate* unmanaged<nint, CudaError> GraphExecDestroy;
    public readonly delegate* unmanaged<nint, CudaError> GraphDestroy;
    public readonly delegate* unmanaged<nint, nint*, nuint*, CudaError> GraphGetNodes;

    /// <summary>
    /// Map, element type, rank, address, dimensions, strides, box, element strides, interleave, swizzle, L2 promotion, out-of-range fill.
    /// Null in drivers older than CUDA 12.
    /// </summary>
    public readonly delegate* unmanaged<void*, int, uint, nint, ulong*, ulong*, uint*, uint*, int, int, int, int, CudaError> TensorMapEncodeTiled;

    private CudaApi(nint library)
    {
        this.library = library;
        Init = (delegate* unmanaged<uint, CudaError>)Export("cuInit");
        DriverGetVersion = (delegate* unmanaged<int*, CudaError>)Export("cuDriverGetVersion");
        GetErrorName = (delegate* unmanaged<CudaError, byte**, CudaError>)Export("cuGetErrorName");
        GetErrorString = (delegate* unmanaged<CudaError, byte**, CudaError>)Export("cuGetErrorString");
        DeviceGetCount = (delegate* unmanaged<int*, CudaError>)Export("cuDeviceGetCount");
        DeviceGet = (delegate* unmanaged<int*, int, CudaError>)Export("cuDeviceGet");
        DeviceGetName = (delegate* unmanaged<byte*, int, int, CudaError>)Export("cuDeviceGetName");
        DeviceTotalMem = (delegate* unmanaged<nuint*, int, CudaError>)Export("cuDeviceTotalMem_v2");
        DeviceGetAttribute = (delegate* unmanaged<int*, CudaDeviceAttribute, int, CudaError>)Export("cuDeviceGetAttribute");
        DeviceCanAccessPeer = (delegate* unmanaged<int*, int, int, CudaError>)Export("cuDeviceCanAccessPeer");
        PrimaryContextRetain = (delegate* unmanaged<nint*, int, CudaError>)Export("cuDevicePrimaryCtxRetain");
        PrimaryContextRelease = (delegate* unmanaged<int, CudaError>)Export("cuDevicePrimaryCtxRelease_v2", "cuDevicePrimaryCtxRelease");
        ContextSetCurrent = (delegate* unmanaged<nint, CudaError>)Export("cuCtxSetCurrent");
        ContextSynchronize = (delegate* unmanaged<CudaError>)Export("cuCtxSynchronize");
        ContextEnablePeerAccess = (delegate* unmanaged<nint, uint, CudaError>)Export("cuCtxEnablePeerAccess");
        ContextDisablePeerAccess = (delegate* unmanaged<nint, CudaError>)Export("cuCtxDisablePeerAccess");
        ModuleLoadDataEx = (delegate* unmanaged<nint*, void*, uint, CudaJitOption*, void**, CudaError>)Export("cuModuleLoadDataEx");
        ModuleUnload = (delegate* unmanaged<nint, CudaError>)Export("cuModuleUnload");
        ModuleGetFunction = (delegate* unmanaged<nint*, nint, byte*, CudaError>)Export("cuModuleGetFunction");
        LinkCreate = (delegate* unmanaged<uint, CudaJitOption*, void**, nint*, CudaError>)Export("cuLinkCreate_v2");
        LinkAddData = (delegate* unmanaged<nint, int, void*, nuint, byte*, uint, CudaJitOption*, void**, CudaError>)Export("cuLinkAddData_v2");
        LinkComplete = (delegate* unmanaged<nint, void**, nuint*, CudaError>)Export("cuLinkComplete");
        LinkDestroy = (delegate* unmanaged<nint, CudaError>)Export("cuLinkDestroy");
        FuncGetAttribute = (delegate* unmanaged<int*, CudaFunctionAttribute, nint, CudaError>)Export("cuFuncGetAttribute");
        FuncSetAttribute = (delegate* unmanaged<nint, CudaFunctionAttribute, int, CudaError>)Export("cuFuncSetAttribute");
        LaunchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CudaError>)Export("cuLaunchKernel");
        MemAlloc = (delegate* unmanaged<nint*, nuint, CudaError>)Export("cuMemAlloc_v2");
        MemFree = (delegate* unmanaged<nint, CudaError>)Export("cuMemFree_v2");
        MemHostAlloc = (delegate* unmanaged<nint*, nuint, uint, CudaError>)Export("cuMemHostAlloc");
        MemFreeHost = (delegate* unmanaged<nint, CudaError>)Export("cuMemFreeHost");
        MemcpyHostToDevice = (delegate* unmanaged<nint, void*, nuint, nint, CudaError>)Export("cuMemcpyHtoDAsync_v2");
        MemcpyDeviceToHost = (delegate* unmanaged<void*, nint, nuint, nint, CudaError>)Export("cuMemcpyDtoHAsync_v2");
        MemcpyDeviceToDevice = (delegate* unmanaged<nint, nint, nuint, nint, CudaError>)Export("cuMemcpyDtoDAsync_v2");
        MemcpyPeer = (delegate* unmanaged<nint, nint, nint, nint, nuint, nint, CudaError>)Export("cuMemcpyPeerAsync");
        MemsetD8 = (delegate* unmanaged<nint, byte, nuint, nint, CudaError>)Export("cuMemsetD8Async");
        StreamCreate = (delegate* unmanaged<nint*, uint, CudaError>)Export("cuStreamCreate");
        StreamDestroy = (delegate* unmanaged<nint, CudaError>)Export("cuStreamDestroy_v2");
        StreamSynchronize = (delegate* unmanaged<nint, CudaError>)Export("cuStreamSynchronize");
        StreamWaitEvent = (delegate* unmanaged<nint, nint, uint, CudaError>)Export("cuStreamWaitEvent");
        StreamBeginCapture = (delegate* unmanaged<nint, int, CudaError>)Export("cuStreamBeginCapture_v2");
        StreamEndCapture = (delegate* unmanaged<nint, nint*, CudaError>)Export("cuStreamEndCapture");
        EventCreate = (delegate* unmanaged<nint*, uint, CudaError>)Export("cuEventCreate");
        EventDestroy = (delegate* unmanaged<nint, CudaError>)Export("cuEventDestroy_v2");
        EventRecord = (delegate* unmanaged<nint, nint, CudaError>)Export("cuEventRecord");
        EventQuery = (delegate* unmanaged<nint, CudaError>)Export("cuEventQuery");
        EventSynchronize = (delegate* unmanaged<nint, CudaError>)Export("cuEventSynchronize");
        EventElapsedTime = (delegate* unmanaged<float*, nint, nint, CudaError>)Export("cuEventElapsedTime");
        GraphInstantiate = (delegate* unmanaged<nint*, nint, ulong, CudaError>)Export("cuGraphInstantiateWithFlags", optional: true);
        GraphLaunch = (delegate* unmanaged<nint, nint, CudaError>)Export("cuGraphLaunch");
        GraphExecDestroy = (delegate* unmanaged<nint, CudaError>)Export("cuGraphExecDestroy");
        GraphDestroy = (delegate* unmanaged<nint, CudaError>)Export("cuGraphDestroy");
        GraphGetNodes = (delegate* unmanaged<nint, nint*, nuint*, CudaError>)Export("cuGraphGetNodes");
        TensorMapEncodeTiled = (delegate* unmanaged<void*, int, uint, nint, ulong*, ulong*, uint*, uint*, int, int, int, int, CudaError>)
            Export("cuTensorMapEncodeTiled", optional: true);
    }

    /// <summary>The driver, initialised; null where there is none or it has no device.</summary>
    public static CudaApi? Instance => Loaded.Value;

    /// <summary>1000 * major + 10 * minor of the CUDA version that the driver supports.</summary>
    public int DriverVersion { get; private set; }

    /// <exception cref="CudaException">The result is not success.</exception>
    public void Check(CudaError result, string action)
    {
        if (result != CudaError.Success)
            throw new CudaException(result, NameOf(result), $"{action} failed: {Describe(result)}");
    }

    public string NameOf(CudaError error)
    {
        byte* text;
        return GetErrorName(error, &text) == CudaError.Success ? Marshal.PtrToStringUTF8((nint)text)! : $"CUDA error {(int)error}";
    }

    /// <summary>The error's name and what the driver says about it.</summary>
    public string Describe(CudaError error)
    {
        byte* text;
        var description = GetErrorString(error, &text) == CudaError.Success ? Marshal.PtrToStringUTF8((nint)text) : "unknown";
        return $"{NameOf(error)} ({description})";
    }

    private static CudaApi? Load()
    {
        var name = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        if (!NativeLibrary.TryLoad(name, out var library))
            return null;
        try
        {
            var api = new CudaApi(library);
            if (api.Init(0) != CudaError.Success)
                return null;
            int version;
            if (api.DriverGetVersion(&version) != CudaError.Success)
                return null;
            api.DriverVersion = version;
            return api;
        }
        catch (EntryPointNotFoundException)
        {
            // A driver from before CUDA 11: none of its devices can be used.
            return null;
        }
    }

    private nint Export(string name, string? olderName = null, bool optional = false)
    {
        if (NativeLibrary.TryGetExport(library, name, out var address)
            || (olderName is not null && NativeLibrary.TryGetExport(library, olderName, out address)))
        {
            return address;
        }
        return optional ? 0 : throw new EntryPointNotFoundException(name);
    }
}
