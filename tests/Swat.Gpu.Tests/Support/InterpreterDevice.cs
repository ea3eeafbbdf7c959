namespace Swat.Gpu.Tests.Support;

/// <summary>Runs kernels in <see cref="IrInterpreter"/>: what a kernel means before any back end has had it.</summary>
internal sealed class InterpreterDevice : Device
{
    public InterpreterDevice()
        : base(AcceleratorType.CPU)
    {
        Name = "interpreter";
        MemorySize = 1L << 32;
        MaxGridSize = new Index3D(int.MaxValue);
        MaxGroupSize = new Index3D(1024);
        MaxNumThreadsPerGroup = 1024;
        MaxSharedMemoryPerGroup = 256 * 1024;
        WarpSize = 32;
        NumMultiprocessors = 1;
        MaxNumThreadsPerMultiprocessor = 1024;
    }

    public override Accelerator CreateAccelerator(Context context) => new InterpreterAccelerator(context, this);
}
