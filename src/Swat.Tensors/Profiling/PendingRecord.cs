using System.Reflection;

namespace Swat.Tensors.Profiling;

/// <summary>A launch whose times the device has not told yet.</summary>
internal readonly record struct PendingRecord(MethodInfo Kernel, string? Label, double Operations, long Bytes, ProfilingMarker Start, ProfilingMarker End);
