using System.Runtime.InteropServices;
using Swat.Gpu.Backends.Cpu;
using Swat.Gpu.IR;

namespace Swat.Gpu.Tests.Backends.Cpu;

/// <summary>Compiles kernels with given registers and runs them on the calling thread.</summary>
internal static unsafe class CpuRun
{
    /// <summary>All register sizes, natural, smaller and larger vectors, and scalar code.</summary>
    public static readonly CpuVectorSettings[] Settings =
        [new(512), new(256), new(128), new(128, 1), new(512, 32), new(128, 16)];

    public static CpuKernelCode Run(
        KernelFunction function,
        (int X, int Y, int Z) grid,
        (int X, int Y, int Z) group,
        byte[] arguments,
        CpuVectorSettings settings,
        int dynamicSharedBytes = 0)
    {
        var code = CpuCompiler.Compile(function, group.X, group.Y, group.Z, settings);
        var bytes = (nuint)code.ScratchBytes(dynamicSharedBytes);
        const int Guard = 256;
        var scratch = (byte*)NativeMemory.AlignedAlloc(bytes + Guard, 128);
        new Span<byte>(scratch, (int)bytes + Guard).Fill(0xA5);
        fixed (byte* first = arguments)
            code.Run(first, grid.X, grid.Y, grid.Z, dynamicSharedBytes, 0, (long)grid.X * grid.Y * grid.Z, scratch);
        var isIntact = new ReadOnlySpan<byte>(scratch + bytes, Guard).IndexOfAnyExcept((byte)0xA5) < 0;
        NativeMemory.AlignedFree(scratch);
        Assert.That(isIntact, "The kernel writes past its scratch memory.");
        return code;
    }
}
