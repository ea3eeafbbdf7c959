using System.Runtime.InteropServices;

namespace Swat.Gpu.Runtime.Cpu;

/// <summary>A worker's memory for shared arrays and spilled values; grows as kernels need it.</summary>
internal sealed unsafe class CpuScratch : IDisposable
{
    private void* memory;
    private long size;

    /// <summary>At least that many bytes, 128-byte aligned, with undefined content.</summary>
    public byte* Get(long bytes)
    {
        if (bytes > size)
        {
            NativeMemory.AlignedFree(memory);
            memory = null;
            size = 0;
            memory = NativeMemory.AlignedAlloc((nuint)bytes, 128);
            size = bytes;
        }
        return (byte*)memory;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(memory);
        memory = null;
        size = 0;
    }
}
