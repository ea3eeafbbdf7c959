namespace Swat.Tensors.Profiling;

/// <summary>What an operation says of the launches that it makes, where their arguments do not tell.</summary>
/// <param name="Label">Distinguishes launches of one kernel: the extents.</param>
/// <param name="Operations">Floating-point operations, a multiplication and an addition counting as two.</param>
/// <param name="Bytes">What has to be moved at least.</param>
public readonly record struct LaunchWork(string Label, double Operations, long Bytes);
