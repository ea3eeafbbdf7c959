using Swat.Gpu.Frontend;
using Swat.Gpu.IR;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Runtime;

/// <summary>Host memory of limited size, kernels that record their launches, markers that complete when the test says so.</summary>
internal sealed class FakeAccelerator(Context context, FakeDevice device) : HostMemoryAccelerator(context, device)
{
    private long used;

    public List<FakeCompiledKernel> Kernels { get; } = [];

    /// <summary>Whether markers are reached.</summary>
    public bool MarkersComplete { get; set; } = true;

    public int OpenMarkers { get; set; }

    public long UsedBytes => used;

    internal override CompileTarget CompileTarget => device.Target;

    internal override bool PassesMemoryObjects => device.Target == CompileTarget.OpenCL;

    internal override CompiledKernel CompileKernel(KernelFunction function, CompileOptions options)
    {
        var kernel = new FakeCompiledKernel(function, options);
        Kernels.Add(kernel);
        return kernel;
    }

    internal override nint AllocateMemory(long bytes)
    {
        if (used + bytes > MemorySize)
            return 0;
        used += bytes;
        return base.AllocateMemory(bytes);
    }

    internal override void FreeMemory(nint memory, long bytes)
    {
        used -= bytes;
        base.FreeMemory(memory, bytes);
    }

    private protected override AcceleratorStream CreateStreamCore() => new FakeStream(this);

    private protected override void SynchronizeCore() => MarkersComplete = true;
}
