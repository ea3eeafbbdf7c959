namespace Swat.Gpu.Runtime;

/// <summary>Writes the scalars of an argument to where the kernel expects them.</summary>
/// <param name="destination">The argument's offset in the buffer, rounded down to 8.</param>
/// <param name="value">The argument.</param>
/// <param name="kernel">For checks and messages.</param>
/// <param name="parameter">Number of the argument, for messages.</param>
internal unsafe delegate void ArgumentWriter<T>(byte* destination, ref T value, Kernel kernel, int parameter);
