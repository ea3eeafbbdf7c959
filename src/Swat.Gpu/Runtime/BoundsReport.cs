using System.Runtime.InteropServices;
using Swat.Gpu.IR;

namespace Swat.Gpu.Runtime;

/// <summary>The memory to which a kernel with bounds checks reports, and the exception made of it.</summary>
internal sealed unsafe class BoundsReport(BoundsChecks checks) : IDisposable
{
    private byte* memory = (byte*)NativeMemory.AlignedAlloc(BoundsChecks.ReportBytes, 64);

    /// <summary>Before a launch: clears the report and passes its address.</summary>
    public void Prepare(byte* arguments)
    {
        *(int*)memory = 0;
        var slots = (long*)(arguments + checks.Report!.Offset);
        slots[0] = (long)memory;
        slots[1] = 0;
        slots[2] = BoundsChecks.ReportBytes;
    }

    /// <summary>After the launch.</summary>
    /// <exception cref="KernelBoundsException">An access failed.</exception>
    public void ThrowIfFailed(string kernel, in KernelConfig config)
    {
        var number = *(int*)memory;
        if (number == 0)
            return;
        var index = *(long*)(memory + BoundsChecks.IndexOffset);
        var length = *(long*)(memory + BoundsChecks.LengthOffset);
        throw new KernelBoundsException(
            $"Kernel {kernel} with {config}: index {index} lies outside {length} elements ({checks.Sites[number - 1]}). "
            + "Results of this launch are undefined.");
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(memory);
        memory = null;
    }
}
