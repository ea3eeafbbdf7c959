using System.Runtime.InteropServices;

namespace Swat.Gpu.Tests.Support;

/// <summary>The memory half of an accelerator for tests: host memory, copies that are done at once.</summary>
internal abstract unsafe class HostMemoryAccelerator(Context context, Device device) : Accelerator(context, device)
{
    internal override nint AllocateMemory(long bytes) => (nint)NativeMemory.AlignedAlloc((nuint)bytes, 256);

    internal override void FreeMemory(nint memory, long bytes) => NativeMemory.AlignedFree((void*)memory);

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

    private protected override void SynchronizeCore()
    {
    }

    private protected override void DisposeCore()
    {
    }
}
