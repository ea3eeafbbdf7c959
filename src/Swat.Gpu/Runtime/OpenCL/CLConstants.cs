namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>Numbers of cl.h, by their names there without the prefix.</summary>
internal static class CLConstants
{
    public const int Success = 0;
    public const int MemObjectAllocationFailure = -4;
    public const int OutOfResources = -5;
    public const int OutOfHostMemory = -6;
    public const int InvalidBufferSize = -61;

    public const uint PlatformName = 0x0902;

    public const ulong DeviceTypeCpu = 1 << 1;
    public const ulong DeviceTypeAll = 0xFFFFFFFF;
    public const uint DeviceType = 0x1000;
    public const uint DeviceMaxComputeUnits = 0x1002;
    public const uint DeviceMaxWorkGroupSize = 0x1004;
    public const uint DeviceMaxWorkItemSizes = 0x1005;
    public const uint DeviceSingleFpConfig = 0x101B;
    public const uint DeviceGlobalMemSize = 0x101F;
    public const uint DeviceMaxConstantBufferSize = 0x1020;
    public const uint DeviceLocalMemSize = 0x1023;
    public const uint DeviceMaxMemAllocSize = 0x1010;
    public const uint DeviceAvailable = 0x1027;
    public const uint DeviceCompilerAvailable = 0x1028;
    public const uint DeviceName = 0x102B;
    public const uint DeviceVendor = 0x102C;
    public const uint DriverVersion = 0x102D;
    public const uint DeviceVersion = 0x102F;
    public const uint DeviceExtensions = 0x1030;
    public const uint DeviceDoubleFpConfig = 0x1032;
    public const ulong FpCorrectlyRoundedDivideSqrt = 1 << 7;

    public const ulong QueueProfilingEnable = 1 << 1;

    public const ulong MemReadWrite = 1 << 0;
    public const ulong MemAllocHostPtr = 1 << 4;
    public const ulong MapReadWrite = 3;

    public const uint ProgramBinarySizes = 0x1165;
    public const uint ProgramBinaries = 0x1166;
    public const uint ProgramBuildLog = 0x1183;

    public const uint KernelWorkGroupSize = 0x11B0;
    public const uint KernelPrivateMemSize = 0x11B4;

    public const uint EventCommandExecutionStatus = 0x11D3;
    public const int Complete = 0;
    public const uint ProfilingCommandEnd = 0x1283;
}
