namespace Swat.Gpu.Backends.Cpu;

/// <summary>A kernel compiled for the CPU at one group size.</summary>
/// <param name="Run">Runs a range of work groups; may be called from several threads at once, each with its own scratch memory.</param>
/// <param name="StaticSharedBytes">Static shared memory of a group, for statistics; part of the scratch memory.</param>
/// <param name="FixedScratchBytes">Scratch memory of a worker without the launch's dynamic shared memory; a multiple of 128.</param>
/// <param name="NeedsDeepStack">
/// Code too large for the JIT to optimise keeps every intermediate value on the stack: several megabytes, more than a thread has by default.
/// </param>
internal sealed record CpuKernelCode(CpuGroupRange Run, int StaticSharedBytes, long FixedScratchBytes, bool NeedsDeepStack = false)
{
    /// <summary>Bytes of scratch memory a worker needs for a launch with that much dynamic shared memory.</summary>
    public long ScratchBytes(int dynamicSharedBytes) => FixedScratchBytes + ((dynamicSharedBytes + 127L) / 128 * 128);
}
