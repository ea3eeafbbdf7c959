using System.Text;

namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>A device of an OpenCL driver.</summary>
public sealed unsafe class CLDevice : Device
{
    private static readonly Lazy<IReadOnlyList<CLDevice>> All = new(Find);

    private readonly HashSet<string> extensions;

    private CLDevice(nint platform, nint id)
        : base(AcceleratorType.OpenCL)
    {
        Id = id;
        PlatformName = ReadPlatformName(platform);
        Name = Text(CLConstants.DeviceName);
        Vendor = Text(CLConstants.DeviceVendor);
        DriverVersion = Text(CLConstants.DriverVersion);
        Version = Text(CLConstants.DeviceVersion);
        extensions = [.. Text(CLConstants.DeviceExtensions).Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        IsProcessor = (Number<ulong>(CLConstants.DeviceType) & CLConstants.DeviceTypeCpu) != 0;
        MemorySize = Number<long>(CLConstants.DeviceGlobalMemSize);
        MaxAllocationSize = Number<long>(CLConstants.DeviceMaxMemAllocSize);
        MaxGridSize = new Index3D(int.MaxValue);
        MaxNumThreadsPerGroup = (int)Math.Min(Number<nuint>(CLConstants.DeviceMaxWorkGroupSize), int.MaxValue);
        MaxGroupSize = ReadMaxGroupSize();
        // NVIDIA's driver counts a kilobyte that it keeps for itself as the group's.
        MaxSharedMemoryPerGroup = Clamp(CLConstants.DeviceLocalMemSize) - (HasNvidiaCompiler ? 1024 : 0);
        MaxConstantMemory = Clamp(CLConstants.DeviceMaxConstantBufferSize);
        NumMultiprocessors = Number<int>(CLConstants.DeviceMaxComputeUnits);
        MaxNumThreadsPerMultiprocessor = MaxNumThreadsPerGroup;
        WarpSize = Backends.OpenCL.OpenCLTarget.WarpSize;
        Capabilities = new CLCapabilities(
            Float64: Number<ulong>(CLConstants.DeviceDoubleFpConfig) != 0,
            Float16: HasExtension("cl_khr_fp16"),
            Int64Atomics: HasExtension("cl_khr_int64_base_atomics"),
            Int64ExtendedAtomics: HasExtension("cl_khr_int64_extended_atomics"),
            SubGroups: HasExtension("cl_khr_subgroups") || HasExtension("cl_intel_subgroups"),
            CorrectlyRoundedDivideSqrt:
                (Number<ulong>(CLConstants.DeviceSingleFpConfig) & CLConstants.FpCorrectlyRoundedDivideSqrt) != 0);
    }

    public string PlatformName { get; }

    public string Vendor { get; }

    public string DriverVersion { get; }

    /// <summary>The OpenCL version that the driver implements, as it says it.</summary>
    public string Version { get; }

    /// <summary>Most bytes of one buffer.</summary>
    public long MaxAllocationSize { get; }

    public CLCapabilities Capabilities { get; }

    /// <summary>The driver runs kernels on the processor.</summary>
    public bool IsProcessor { get; }

    internal nint Id { get; }

    /// <summary>NVIDIA's compiler takes options of its own and inline PTX.</summary>
    internal bool HasNvidiaCompiler => HasExtension("cl_nv_compiler_options");

    /// <summary>
    /// PoCL 5 compiles optimized kernels wrongly where a loop or a branch lies between barriers: work items read each other's values behind
    /// it, addresses among them. Kernels that are not optimized are right; so are those of PoCL 3.1 and 6.0.
    /// </summary>
    internal bool LosesValuesAcrossBarriers =>
        PlatformName == "Portable Computing Language" && DriverVersion.StartsWith("5.", StringComparison.Ordinal);

    public bool HasExtension(string name) => extensions.Contains(name);

    public override Accelerator CreateAccelerator(Context context) => CreateCLAccelerator(context);

    public CLAccelerator CreateCLAccelerator(Context context) => new(context, this);

    /// <summary>The devices of this machine; none where the loader or a driver is missing.</summary>
    internal static IReadOnlyList<CLDevice> Enumerate() => All.Value;

    private static List<CLDevice> Find()
    {
        var devices = new List<CLDevice>();
        if (!CLLibrary.IsAvailable)
            return devices;
        foreach (var platform in Ids((count, ids, found) => CLLibrary.GetPlatformIDs(count, (nint*)ids, found)))
        {
            foreach (var id in Ids((count, ids, found) => CLLibrary.GetDeviceIDs(platform, CLConstants.DeviceTypeAll, count, (nint*)ids, found)))
            {
                // A driver that fails to describe its device is left out; the other drivers' devices are there.
                try
                {
                    var device = new CLDevice(platform, id);
                    if (device.IsUsable)
                        devices.Add(device);
                }
                catch (AcceleratorException)
                {
                }
            }
        }
        return devices;
    }

    private delegate int Query(uint count, void* ids, uint* found);

    /// <summary>The handles of a query; none if it fails, as without a platform or a device.</summary>
    private static nint[] Ids(Query query)
    {
        uint count;
        if (query(0, null, &count) != CLConstants.Success || count == 0)
            return [];
        var ids = new nint[count];
        fixed (nint* first = ids)
            return query(count, first, &count) == CLConstants.Success ? ids : [];
    }

    private bool IsUsable =>
        Number<int>(CLConstants.DeviceAvailable) != 0 && Number<int>(CLConstants.DeviceCompilerAvailable) != 0 && SpeaksOpenCL12;

    /// <summary>Versions read "OpenCL major.minor vendor's text".</summary>
    private bool SpeaksOpenCL12 =>
        Version.Split(' ') is ["OpenCL", var number, ..] && System.Version.TryParse(number, out var version) && version >= new Version(1, 2);

    private static string ReadPlatformName(nint platform)
    {
        nuint size;
        CLErrors.Check(CLLibrary.GetPlatformInfo(platform, CLConstants.PlatformName, 0, null, &size), "clGetPlatformInfo");
        var bytes = new byte[size];
        fixed (byte* first = bytes)
            CLErrors.Check(CLLibrary.GetPlatformInfo(platform, CLConstants.PlatformName, size, first, null), "clGetPlatformInfo");
        return Decode(bytes);
    }

    private string Text(uint property)
    {
        nuint size;
        CLErrors.Check(CLLibrary.GetDeviceInfo(Id, property, 0, null, &size), "clGetDeviceInfo");
        var bytes = new byte[size];
        fixed (byte* first = bytes)
            CLErrors.Check(CLLibrary.GetDeviceInfo(Id, property, size, first, null), "clGetDeviceInfo");
        return Decode(bytes);
    }

    private static string Decode(byte[] bytes) => Encoding.UTF8.GetString(bytes).TrimEnd('\0').Trim();

    private T Number<T>(uint property)
        where T : unmanaged
    {
        T value = default;
        CLErrors.Check(CLLibrary.GetDeviceInfo(Id, property, (nuint)sizeof(T), &value, null), "clGetDeviceInfo");
        return value;
    }

    private int Clamp(uint property) => (int)Math.Min(Number<ulong>(property), int.MaxValue);

    private Index3D ReadMaxGroupSize()
    {
        nuint size;
        CLErrors.Check(CLLibrary.GetDeviceInfo(Id, CLConstants.DeviceMaxWorkItemSizes, 0, null, &size), "clGetDeviceInfo");
        var sizes = new nuint[Math.Max(3, (int)size / sizeof(nuint))];
        fixed (nuint* first = sizes)
            CLErrors.Check(CLLibrary.GetDeviceInfo(Id, CLConstants.DeviceMaxWorkItemSizes, size, first, null), "clGetDeviceInfo");
        return new Index3D((int)Math.Min(sizes[0], int.MaxValue), (int)Math.Min(sizes[1], int.MaxValue), (int)Math.Min(sizes[2], int.MaxValue));
    }
}
