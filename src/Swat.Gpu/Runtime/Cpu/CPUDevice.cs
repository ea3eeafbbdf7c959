using Swat.Gpu.Backends.Cpu;

namespace Swat.Gpu.Runtime.Cpu;

/// <summary>The processor that the program runs on; its cores count as multiprocessors.</summary>
public sealed class CPUDevice : Device
{
    private CPUDevice()
        : base(AcceleratorType.CPU)
    {
        Name = $"CPU ({Environment.ProcessorCount} cores)";
        MemorySize = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        MaxGridSize = new Index3D(int.MaxValue);
        MaxGroupSize = new Index3D(1024);
        MaxNumThreadsPerGroup = 1024;
        MaxSharedMemoryPerGroup = 256 * 1024;
        MaxConstantMemory = 64 * 1024;
        WarpSize = CpuCompiler.WarpSize;
        NumMultiprocessors = Environment.ProcessorCount;
        MaxNumThreadsPerMultiprocessor = 1024;
    }

    public static CPUDevice Default { get; } = new();

    public override Accelerator CreateAccelerator(Context context) => CreateCPUAccelerator(context);

    public CPUAccelerator CreateCPUAccelerator(Context context) => new(context, this);
}
