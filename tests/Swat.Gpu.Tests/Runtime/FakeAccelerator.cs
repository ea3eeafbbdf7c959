using System.Runtime.InteropServices;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu.Tests.Runtime;

/// <summary>Host memory of limited size, kernels that record their launches, markers that complete when the test says so.</summary>
internal sealed unsafe class FakeAccelerator(Context context, FakeDevice device) : Accelerator(context, device)
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
        return (nint)NativeMemory.AlignedAlloc((nuint)bytes, 256);
    }

    internal override void FreeMemory(nint memory, long bytes)
    {
        used -= bytes;
        NativeMemory.AlignedFree((void*)memory);
    }

    internal override nint AllocatePageLocked(long bytes) => (nint)NativeMemory.AlignedAlloc((nuint)bytes, 64);

    internal override void FreePageLocked(nint address, long bytes) => NativeMemory.AlignedFree((void*)address);

    internal override void CopyFromHost(AcceleratorStream stream, nint memory, long offset, void* source, long bytes) =>
        Buffer.MemoryCopy(source, (byte*)memory + offset, bytes, bytes);

    internal override void CopyToHost(AcceleratorStream stream, void* destination, nint memory, long offset, long bytes) =>
        Buffer.MemoryCopy((byte*)memory + offset, destination, bytes, bytes);

    internal override void CopyWithin(
        AcceleratorStream stream, nint destination, long destinationOffset, nint source, long sourceOffset, long bytes) =>
        Buffer.MemoryCopy((byte*)source + sourceOffset, (byte*)destination + destinationOffset, bytes, bytes);

    internal override void Fill(AcceleratorStream stream, nint memory, long offset, long bytes, byte value) =>
        NativeMemory.Fill((byte*)memory + offset, (nuint)bytes, value);

    private protected override AcceleratorStream CreateStreamCore() => new FakeStream(this);

    private protected override void SynchronizeCore() => MarkersComplete = true;

    private protected override void DisposeCore()
    {
    }
}
