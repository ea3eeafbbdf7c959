namespace Swat.Tensors;

/// <summary>What the tensors of a device hold, in bytes.</summary>
/// <param name="CurrentBytes">Held by tensors now.</param>
/// <param name="PeakBytes">The most that tensors held at a time since the device was opened or the peak was reset.</param>
/// <param name="ReservedBytes">Taken from the device: held by tensors or waiting in the pool.</param>
public readonly record struct MemoryUsage(long CurrentBytes, long PeakBytes, long ReservedBytes);
