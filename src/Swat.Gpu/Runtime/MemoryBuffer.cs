namespace Swat.Gpu.Runtime;

/// <summary>Memory of an accelerator.</summary>
public abstract class MemoryBuffer
{
    public abstract long LengthInBytes { get; }

    internal abstract nint HostAddress { get; }
}
