using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>The lane that a shuffle reads.</summary>
internal static class LaneShuffle
{
    /// <param name="kind">A <see cref="ShuffleKind"/>.</param>
    /// <param name="lane">The reading lane.</param>
    /// <param name="by">The lane, distance or mask.</param>
    public static int Source(int kind, int lane, int by)
    {
        var source = (ShuffleKind)kind switch
        {
            ShuffleKind.Index => by,
            ShuffleKind.Down => lane + by,
            ShuffleKind.Up => lane - by,
            _ => lane ^ by,
        };
        return source is >= 0 and < CpuCompiler.WarpSize ? source : lane;
    }
}
