using System.Runtime.InteropServices;

namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>
/// The installable client driver loader (libOpenCL.so.1, OpenCL.dll), found at run time so that programs start where it is missing.
/// Members are named as in the OpenCL 1.2 specification; handles are opaque, sizes are size_t.
/// </summary>
internal static unsafe class CLLibrary
{
    private static readonly string[] LibraryNames = OperatingSystem.IsWindows()
        ? ["OpenCL.dll"]
        : OperatingSystem.IsMacOS()
            ? ["/System/Library/Frameworks/OpenCL.framework/OpenCL"]
            : ["libOpenCL.so.1", "libOpenCL.so"];

    private static readonly nint Library = Load();

    /// <summary>The library is there; otherwise no other member may be used.</summary>
    public static bool IsAvailable => Library != 0;

    public static readonly delegate* unmanaged<uint, nint*, uint*, int> GetPlatformIDs =
        (delegate* unmanaged<uint, nint*, uint*, int>)Find("clGetPlatformIDs");

    public static readonly delegate* unmanaged<nint, uint, nuint, void*, nuint*, int> GetPlatformInfo =
        (delegate* unmanaged<nint, uint, nuint, void*, nuint*, int>)Find("clGetPlatformInfo");

    public static readonly delegate* unmanaged<nint, ulong, uint, nint*, uint*, int> GetDeviceIDs =
        (delegate* unmanaged<nint, ulong, uint, nint*, uint*, int>)Find("clGetDeviceIDs");

    public static readonly delegate* unmanaged<nint, uint, nuint, void*, nuint*, int> GetDeviceInfo =
        (delegate* unmanaged<nint, uint, nuint, void*, nuint*, int>)Find("clGetDeviceInfo");

    public static readonly delegate* unmanaged<nint*, uint, nint*, void*, void*, int*, nint> CreateContext =
        (delegate* unmanaged<nint*, uint, nint*, void*, void*, int*, nint>)Find("clCreateContext");

    public static readonly delegate* unmanaged<nint, int> ReleaseContext =
        (delegate* unmanaged<nint, int>)Find("clReleaseContext");

    public static readonly delegate* unmanaged<nint, nint, ulong, int*, nint> CreateCommandQueue =
        (delegate* unmanaged<nint, nint, ulong, int*, nint>)Find("clCreateCommandQueue");

    public static readonly delegate* unmanaged<nint, int> ReleaseCommandQueue =
        (delegate* unmanaged<nint, int>)Find("clReleaseCommandQueue");

    public static readonly delegate* unmanaged<nint, ulong, nuint, void*, int*, nint> CreateBuffer =
        (delegate* unmanaged<nint, ulong, nuint, void*, int*, nint>)Find("clCreateBuffer");

    public static readonly delegate* unmanaged<nint, int> ReleaseMemObject =
        (delegate* unmanaged<nint, int>)Find("clReleaseMemObject");

    public static readonly delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, int> EnqueueReadBuffer =
        (delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, int>)Find("clEnqueueReadBuffer");

    public static readonly delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, int> EnqueueWriteBuffer =
        (delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, int>)Find("clEnqueueWriteBuffer");

    public static readonly delegate* unmanaged<nint, nint, nint, nuint, nuint, nuint, uint, nint*, nint*, int> EnqueueCopyBuffer =
        (delegate* unmanaged<nint, nint, nint, nuint, nuint, nuint, uint, nint*, nint*, int>)Find("clEnqueueCopyBuffer");

    public static readonly delegate* unmanaged<nint, nint, void*, nuint, nuint, nuint, uint, nint*, nint*, int> EnqueueFillBuffer =
        (delegate* unmanaged<nint, nint, void*, nuint, nuint, nuint, uint, nint*, nint*, int>)Find("clEnqueueFillBuffer");

    public static readonly delegate* unmanaged<nint, nint, uint, ulong, nuint, nuint, uint, nint*, nint*, int*, void*> EnqueueMapBuffer =
        (delegate* unmanaged<nint, nint, uint, ulong, nuint, nuint, uint, nint*, nint*, int*, void*>)Find("clEnqueueMapBuffer");

    public static readonly delegate* unmanaged<nint, nint, void*, uint, nint*, nint*, int> EnqueueUnmapMemObject =
        (delegate* unmanaged<nint, nint, void*, uint, nint*, nint*, int>)Find("clEnqueueUnmapMemObject");

    public static readonly delegate* unmanaged<nint, uint, byte**, nuint*, int*, nint> CreateProgramWithSource =
        (delegate* unmanaged<nint, uint, byte**, nuint*, int*, nint>)Find("clCreateProgramWithSource");

    public static readonly delegate* unmanaged<nint, uint, nint*, nuint*, byte**, int*, int*, nint> CreateProgramWithBinary =
        (delegate* unmanaged<nint, uint, nint*, nuint*, byte**, int*, int*, nint>)Find("clCreateProgramWithBinary");

    public static readonly delegate* unmanaged<nint, uint, nint*, byte*, void*, void*, int> BuildProgram =
        (delegate* unmanaged<nint, uint, nint*, byte*, void*, void*, int>)Find("clBuildProgram");

    public static readonly delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, int> GetProgramBuildInfo =
        (delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, int>)Find("clGetProgramBuildInfo");

    public static readonly delegate* unmanaged<nint, uint, nuint, void*, nuint*, int> GetProgramInfo =
        (delegate* unmanaged<nint, uint, nuint, void*, nuint*, int>)Find("clGetProgramInfo");

    public static readonly delegate* unmanaged<nint, int> ReleaseProgram =
        (delegate* unmanaged<nint, int>)Find("clReleaseProgram");

    public static readonly delegate* unmanaged<nint, byte*, int*, nint> CreateKernel =
        (delegate* unmanaged<nint, byte*, int*, nint>)Find("clCreateKernel");

    public static readonly delegate* unmanaged<nint, int> ReleaseKernel =
        (delegate* unmanaged<nint, int>)Find("clReleaseKernel");

    public static readonly delegate* unmanaged<nint, uint, nuint, void*, int> SetKernelArg =
        (delegate* unmanaged<nint, uint, nuint, void*, int>)Find("clSetKernelArg");

    public static readonly delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, int> GetKernelWorkGroupInfo =
        (delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, int>)Find("clGetKernelWorkGroupInfo");

    public static readonly delegate* unmanaged<nint, nint, uint, nuint*, nuint*, nuint*, uint, nint*, nint*, int> EnqueueNDRangeKernel =
        (delegate* unmanaged<nint, nint, uint, nuint*, nuint*, nuint*, uint, nint*, nint*, int>)Find("clEnqueueNDRangeKernel");

    public static readonly delegate* unmanaged<nint, uint, nint*, nint*, int> EnqueueMarkerWithWaitList =
        (delegate* unmanaged<nint, uint, nint*, nint*, int>)Find("clEnqueueMarkerWithWaitList");

    public static readonly delegate* unmanaged<nint, uint, nint*, nint*, int> EnqueueBarrierWithWaitList =
        (delegate* unmanaged<nint, uint, nint*, nint*, int>)Find("clEnqueueBarrierWithWaitList");

    public static readonly delegate* unmanaged<uint, nint*, int> WaitForEvents =
        (delegate* unmanaged<uint, nint*, int>)Find("clWaitForEvents");

    public static readonly delegate* unmanaged<nint, uint, nuint, void*, nuint*, int> GetEventInfo =
        (delegate* unmanaged<nint, uint, nuint, void*, nuint*, int>)Find("clGetEventInfo");

    public static readonly delegate* unmanaged<nint, uint, nuint, void*, nuint*, int> GetEventProfilingInfo =
        (delegate* unmanaged<nint, uint, nuint, void*, nuint*, int>)Find("clGetEventProfilingInfo");

    public static readonly delegate* unmanaged<nint, int> ReleaseEvent =
        (delegate* unmanaged<nint, int>)Find("clReleaseEvent");

    public static readonly delegate* unmanaged<nint, int> Flush =
        (delegate* unmanaged<nint, int>)Find("clFlush");

    public static readonly delegate* unmanaged<nint, int> Finish =
        (delegate* unmanaged<nint, int>)Find("clFinish");

    private static nint Load()
    {
        foreach (var name in LibraryNames)
        {
            if (NativeLibrary.TryLoad(name, out var handle) && NativeLibrary.TryGetExport(handle, "clEnqueueFillBuffer", out _))
                return handle;
        }
        return 0;
    }

    private static nint Find(string name) => Library == 0 ? 0 : NativeLibrary.GetExport(Library, name);
}
