namespace Swat.Gpu.Runtime;

/// <summary>Host memory that the device copies from and to by itself.</summary>
internal sealed class PageLockedBuffer : MemoryBuffer
{
    public PageLockedBuffer(Accelerator accelerator, long length, int elementSize)
        : base(accelerator, length, elementSize, isHostMemory: true)
    {
        accelerator.ThrowIfDisposed();
        NativePtr = LengthInBytes == 0 ? 0 : accelerator.AllocatePageLocked(LengthInBytes);
        accelerator.Add(this);
    }

    private protected override void DisposeCore()
    {
        Accelerator.Remove(this);
        if (NativePtr != 0)
            Accelerator.FreePageLocked(NativePtr, LengthInBytes);
    }
}
