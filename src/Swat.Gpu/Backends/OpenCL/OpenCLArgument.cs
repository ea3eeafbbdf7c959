namespace Swat.Gpu.Backends.OpenCL;

/// <summary>One argument of the OpenCL kernel, in order.</summary>
/// <param name="Kind">Where its value comes from.</param>
/// <param name="Offset">Bytes into the launch's argument buffer, for scalars and memory objects.</param>
/// <param name="Size">Bytes in the argument buffer, for scalars and memory objects.</param>
internal readonly record struct OpenCLArgument(OpenCLArgumentKind Kind, int Offset = 0, int Size = 0);
