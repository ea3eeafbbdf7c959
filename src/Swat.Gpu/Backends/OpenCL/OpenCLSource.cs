namespace Swat.Gpu.Backends.OpenCL;

/// <summary>A kernel as OpenCL C 1.2.</summary>
/// <param name="Text">The program's source.</param>
/// <param name="EntryPoint">Name of its only kernel.</param>
/// <param name="Arguments">The kernel's arguments in order.</param>
/// <param name="SharedBytes">Bytes of static local memory.</param>
internal sealed record OpenCLSource(string Text, string EntryPoint, IReadOnlyList<OpenCLArgument> Arguments, int SharedBytes);
