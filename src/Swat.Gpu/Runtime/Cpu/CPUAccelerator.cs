using System.Runtime.InteropServices;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu.Runtime.Cpu;

/// <summary>
/// Runs kernels on the program's own processor: groups on all cores, work items of a group in SIMD lanes. Launches and copies are done
/// when the call returns, in whatever stream.
/// </summary>
public sealed unsafe class CPUAccelerator : Accelerator
{
    private const nuint Alignment = 256;

    internal CPUAccelerator(Context context, CPUDevice device)
        : base(context, device) =>
        Workers = new CpuWorkerPool(device.NumMultiprocessors);

    internal CpuWorkerPool Workers { get; }

    internal override CompileTarget CompileTarget => CompileTarget.Cpu;

    internal override CompiledKernel CompileKernel(KernelFunction function, CompileOptions options) =>
        new CpuCompiledKernel(this, function, options.IndexKind == IndexKind.LongIndex1D);

    internal override nint AllocateMemory(long bytes)
    {
        try
        {
            return (nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        }
        catch (OutOfMemoryException)
        {
            return 0;
        }
    }

    internal override void FreeMemory(nint memory, long bytes) => NativeMemory.AlignedFree((void*)memory);

    internal override nint AllocatePageLocked(long bytes) => (nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);

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

    private protected override AcceleratorStream CreateStreamCore() => new CpuStream(this);

    private protected override void SynchronizeCore()
    {
    }

    private protected override void DisposeCore() => Workers.Dispose();
}
