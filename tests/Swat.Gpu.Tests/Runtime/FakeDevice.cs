using Swat.Gpu.Frontend;

namespace Swat.Gpu.Tests.Runtime;

/// <summary>A device that records what it is asked to do.</summary>
internal sealed class FakeDevice : Device
{
    public FakeDevice(CompileTarget target = CompileTarget.Cuda)
        : base(target == CompileTarget.OpenCL ? AcceleratorType.OpenCL : AcceleratorType.Cuda)
    {
        Target = target;
        Name = "Fake";
        MemorySize = 1 << 20;
        MaxGridSize = new Index3D(1 << 20, 65535, 65535);
        MaxGroupSize = new Index3D(512, 512, 64);
        MaxNumThreadsPerGroup = 512;
        MaxSharedMemoryPerGroup = 1000;
        WarpSize = 32;
        NumMultiprocessors = 1;
        MaxNumThreadsPerMultiprocessor = 2048;
    }

    public CompileTarget Target { get; }

    public override Accelerator CreateAccelerator(Context context) => new FakeAccelerator(context, this);
}
