namespace Swat.Tensors.Profiling;

/// <summary>A kernel that ran while a <see cref="LaunchProfiler"/> watched.</summary>
/// <param name="Kernel">Its class, method and type arguments: <c>AddOp.Kernel(BF16)</c>.</param>
/// <param name="Start">When it began, from the beginning of the watch.</param>
/// <param name="Duration">How long it ran on the device.</param>
/// <param name="Operations">Floating-point operations that its result takes; 0 where nobody counts them.</param>
/// <param name="Bytes">Size of all memory it was given, each view counted once: what a kernel that touches everything once would move.</param>
public readonly record struct LaunchRecord(string Kernel, TimeSpan Start, TimeSpan Duration, double Operations, long Bytes);
