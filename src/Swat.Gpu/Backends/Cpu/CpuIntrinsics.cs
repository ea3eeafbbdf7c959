using System.Collections.Concurrent;
using System.Reflection;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>The software meaning of <see cref="TargetIntrinsic"/>s, by name.</summary>
internal static class CpuIntrinsics
{
    private static readonly ConcurrentDictionary<string, MethodInfo> Known = [];

    /// <summary>
    /// Gives an intrinsic a meaning: <c>static unsafe void Method(byte* operands, byte* results, int mask)</c>. It runs for a warp of 32 lanes,
    /// of which those with their bit set in the mask take part. Lane l of operand k lies at operands + k *
    /// <see cref="KernelPlan.LaneBufferBytes"/> + l * size, with 4 or 8 bytes (pointers, Int64, Float64) as the type has; results likewise.
    /// Float16 and BFloat16 are zero-extended, Bool is 0 or -1.
    /// </summary>
    public static void Register(string name, MethodInfo method) => Known[name] = method;

    public static MethodInfo? Find(string name) => Known.TryGetValue(name, out var method) ? method : null;
}
